# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/hive,restore/volume restore/model restore/base,-lhivex))
