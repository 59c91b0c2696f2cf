# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/probe,restore/disk restore/windows restore/model restore/base,))
