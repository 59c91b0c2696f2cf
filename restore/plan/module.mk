# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/plan,restore/rules restore/disk restore/model restore/base,))
