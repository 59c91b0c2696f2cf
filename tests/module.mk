# SPDX-License-Identifier: GPL-3.0-or-later
# What the tests need built, and the targets that run them (tests/run.sh).

# Unit tests: tests/unit/test_<folder>.c and test_<folder>_<topic>.c are linked with restore/<folder>, test_tui_<folder>.c
# and test_tui_<folder>_<topic>.c with tui/<folder>; with the folders of unit_more_<test> too.
unit_more_survey := restore/capture # makes the backups
unit_more_tui_model_keys := tui/screens # draws what the keys lead to
unit_dir = $(if $(filter tui_%,$(1)),tui/$(word 2,$(subst _, ,$(1))),restore/$(firstword $(subst _, ,$(1))))
$(foreach t,$(patsubst tests/unit/test_%.c,%,$(sort $(wildcard tests/unit/test_*.c))), \
	$(eval $(call unit,test_$(t),$(call unit_dir,$(t)) $(unit_more_$(t)))))

# Fuzz targets: tests/fuzz/<target>/fuzz.c names what it is linked with in a comment, /* modules: restore/source */.
fuzz_targets := $(patsubst tests/fuzz/%/fuzz.c,%,$(sort $(wildcard tests/fuzz/*/fuzz.c)))
fuzz_dirs = $(shell sed -nE 's/.*modules: *([a-z0-9_/ ]+[a-z0-9_]).*/\1/p' tests/fuzz/$(1)/fuzz.c | head -n 1)
define fuzz_rule
$(BUILD)/fuzz/bin/$(1): $(BUILD)/fuzz/tests/fuzz/$(1)/fuzz.o $(foreach m,$(call closure,$(2)),$(BUILD)/fuzz/$(m).a)
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(fuzz_CC) -fsanitize=fuzzer,address,undefined -pthread -o $$@ -Wl,--start-group $$^ $(call libs,$(2)) -Wl,--end-group
endef
$(foreach t,$(fuzz_targets),$(eval $(call fuzz_rule,$(t),$(call fuzz_dirs,$(t)))))
fuzzers: $(foreach t,$(fuzz_targets),$(BUILD)/fuzz/bin/$(t))

# The time that is reported counts from here, so it holds set-up and build too.
tests_begin := $(shell date +%s)
run_tests = HALCYON_TEST_START=$(tests_begin) tests/run.sh
build_jobs = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: knockout powercut mutate fuzzers tests-setup test test-unit test-golden test-fuzz test-image test-boot fuzz
tests-setup:
	scripts/dev/setup.sh
test: tests-setup ## set up, build, and run everything below; under 45 minutes
	@$(MAKE) --no-print-directory $(build_jobs) all host units fuzzers
	@$(run_tests) check unit golden fuzz image boot
test-unit: units ## C functions, with sanitizers
	@$(run_tests) unit
test-golden: host ## documents in, documents and screens out
	@$(run_tests) golden
test-fuzz: fuzzers ## each parser over its corpus, and 20 seconds of fuzzing
	@$(run_tests) fuzz
test-image: host ## disk images: capture, restore, tools of others as witnesses
	@$(run_tests) image
test-boot: all host ## machines in QEMU, from network boot to the restored system
	@$(run_tests) boot
knockout: all ## each repair left out in turn on machines that boot: they must not start whole; half an hour
	@HALCYON_SLOW=1 $(run_tests) tests/boot/knockout.sh
powercut: host ## fix and undo, killed at each of their writes: some minutes
	@HALCYON_SLOW=1 $(run_tests) tests/image/powercut.sh
mutate: ## flip each level, condition and row of the rules: each must break a golden verdict; half an hour
	@tests/tools/mutate_rules.py
fuzz: fuzzers ## 10 minutes for each parser; the log is docs/reliability.md
	@tests/fuzz/run.sh --minutes $(or $(MINUTES),10) --log docs/reliability.md
