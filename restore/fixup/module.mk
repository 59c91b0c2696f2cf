# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/fixup,restore/boot restore/disk restore/hive restore/volume restore/windows restore/model restore/base,-lmspack))
