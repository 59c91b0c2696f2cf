# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/apply,restore/disk restore/catalog restore/fixup restore/source restore/volume restore/model restore/base,))
