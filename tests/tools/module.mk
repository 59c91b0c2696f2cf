# SPDX-License-Identifier: GPL-3.0-or-later
# Small programs that tests run; built with the host programs, never shipped.
$(BUILD)/host/tools/castr: $(BUILD)/host/tests/tools/castr.o \
		$(foreach m,$(call closure,restore/source),$(BUILD)/host/$(m).a)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(host_CC) $(host_LDFLAGS) -o $@ -Wl,--start-group $^ $(call libs,restore/source) -Wl,--end-group
host: $(BUILD)/host/tools/castr
$(BUILD)/host/tools/rules: $(BUILD)/host/tests/tools/rules.o \
		$(foreach m,$(call closure,restore/rules),$(BUILD)/host/$(m).a)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(host_CC) $(host_LDFLAGS) -o $@ -Wl,--start-group $^ $(call libs,restore/rules) -Wl,--end-group
host: $(BUILD)/host/tools/rules
