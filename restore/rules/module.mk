# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/rules,restore/model restore/base,))
