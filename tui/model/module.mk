# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,tui/model,restore/model restore/base,))
