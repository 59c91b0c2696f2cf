# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,tui/term,tui/model tui/canvas,))
