# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/survey,restore/catalog restore/disk restore/fixup restore/source restore/volume restore/windows restore/model restore/base,))
