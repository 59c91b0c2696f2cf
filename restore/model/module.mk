# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/model,restore/base,-ljansson))
