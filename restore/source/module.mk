# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/source,restore/net restore/base,-lzstd))
