# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/volume,restore/model restore/base,-lntfs-3g))
