# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,tui/cmd,tui/model tui/screens tui/term restore/base,-lncursesw -ltinfo))
$(eval $(call program,halcyon-wizard,tui/cmd))
