# SPDX-License-Identifier: GPL-3.0-or-later
# Unit tests: tests/unit/test_<folder>.c is linked with restore/<folder>, test_tui_<folder>.c with tui/<folder>.
unit_dir = $(if $(filter tui_%,$(1)),tui/$(patsubst tui_%,%,$(1)),restore/$(1))
$(foreach t,$(patsubst tests/unit/test_%.c,%,$(sort $(wildcard tests/unit/test_*.c))), \
	$(eval $(call unit,test_$(t),$(call unit_dir,$(t)))))
