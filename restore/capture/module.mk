# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/capture,restore/boot restore/catalog restore/source restore/disk restore/volume restore/windows restore/model restore/base,))
