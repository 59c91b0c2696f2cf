# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/cmd,restore/apply restore/capture restore/plan restore/probe restore/report restore/survey restore/boot restore/catalog restore/disk restore/fixup restore/rules restore/source restore/volume restore/windows restore/model restore/base,))
$(eval $(call program,halcyon,restore/cmd))
