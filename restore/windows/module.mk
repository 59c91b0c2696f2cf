# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/windows,restore/boot restore/hive restore/volume restore/model restore/base,))
