# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/net,restore/base,-lcurl -lssl -lcrypto))
