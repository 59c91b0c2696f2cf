# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/catalog,restore/source restore/volume restore/model restore/base,))
