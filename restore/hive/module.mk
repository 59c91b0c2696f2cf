# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/hive,restore/model restore/base,-lhivex))
