# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,tui/screens,tui/model tui/canvas restore/base,))
