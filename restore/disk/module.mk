# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/disk,restore/model restore/base,-lfdisk -luuid -lblkid))
