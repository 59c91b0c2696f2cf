# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/report,restore/fixup restore/model restore/base,))
