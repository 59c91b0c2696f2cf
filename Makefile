# SPDX-License-Identifier: GPL-3.0-or-later
# halcyon: the whole build in one place; `make help` is the index.

BUILD ?= build
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := all

VERSION := 0.1.0
export HALCYON_BUILD := $(BUILD)

WARN := -std=c11 -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wvla -Wundef \
	-Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wcast-qual -Wcast-align \
	-Wpointer-arith -Wswitch-enum -Wwrite-strings -Wdate-time
ifdef CI
WARN += -Werror
endif
COMMON := $(WARN) -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DHC_VERSION='"$(VERSION)"' -I. \
	-fno-common -fstack-protector-strong -pthread

# `make V=1` shows whole commands.
say = @$(if $(V),:,printf '  %-6s %s\n' $(1) $(2))
Q := $(if $(V),,@)

# ---------------------------------------------------------------- two builds of the same sources
# host: glibc, sanitizers, for tests.  static: musl, for the image and as a one-file program.
-include initramfs/toolchain.mk

host_CC      := gcc
host_CFLAGS  := $(COMMON) -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
host_LDFLAGS := -fsanitize=address,undefined -pthread
host_BIN     := $(BUILD)/host/bin

static_CC      := $(STATIC_CC)
static_CFLAGS  := $(COMMON) $(STATIC_CPPFLAGS) -O2 -g -D_FORTIFY_SOURCE=0 \
	-ffile-prefix-map=$(CURDIR)=. 
static_LDFLAGS := $(STATIC_LDFLAGS) -pthread
static_BIN     := $(BUILD)/bin

# fuzz: the host's sources once more, by clang, for tests/fuzz.
fuzz_CC     := clang
fuzz_CFLAGS := $(COMMON) -Wno-format-nonliteral -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all

# $(call module,DIR,USES,LIBS): a folder of sources becomes one archive per build.
modules :=
define module
modules += $(1)
$(1)_uses := $(2)
$(1)_libs := $(3)
$(foreach f,host static fuzz,$(eval $(BUILD)/$(f)/$(1).a: $(patsubst %.c,$(BUILD)/$(f)/%.o,$(sort $(wildcard $(1)/*.c)))))
endef

# $(call program,NAME,DIR): DIR holds main; what DIR uses is linked in, at any depth.
programs :=
define program
programs += $(1)
$(1)_dir := $(2)
endef

# $(call unit,NAME,DIRS): tests/unit/NAME.c linked with DIRS.
units :=
define unit
units += $(1)
$(1)_dirs := $(2)
endef

closure = $(sort $(1) $(foreach m,$(1),$(foreach u,$($(m)_uses),$(call closure,$(u)))))
libs = $(sort $(foreach m,$(call closure,$(1)),$($(m)_libs)))

include $(sort $(wildcard restore/*/module.mk tui/*/module.mk tests/*/module.mk)) tests/module.mk
-include initramfs/module.mk scripts/check/module.mk scripts/dev/module.mk

define program_rule
$($(2)_BIN)/$(1): $(foreach m,$(call closure,$($(1)_dir)),$(BUILD)/$(2)/$(m).a)
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$($(2)_CC) $$($(2)_LDFLAGS) -o $$@ -Wl,--start-group $$^ $(call libs,$($(1)_dir)) -Wl,--end-group
endef
$(foreach p,$(programs),$(foreach f,host static,$(eval $(call program_rule,$(p),$(f)))))

define unit_rule
$(BUILD)/host/unit/$(1): $(BUILD)/host/tests/unit/$(1).o $(foreach m,$(call closure,$($(1)_dirs)),$(BUILD)/host/$(m).a)
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(host_CC) $$(host_LDFLAGS) -o $$@ -Wl,--start-group $$^ $(call libs,$($(1)_dirs)) -Wl,--end-group
endef
$(foreach u,$(units),$(eval $(call unit_rule,$(u))))

$(BUILD)/host/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(host_CC) $(host_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/static/%.o: %.c | $(BUILD)/sysroot/.done
	@mkdir -p $(@D)
	$(call say,MUSLCC,$<)
	$(Q)$(static_CC) $(static_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(call say,FUZZCC,$<)
	$(Q)$(fuzz_CC) $(fuzz_CFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

%.a:
	@mkdir -p $(@D)
	@rm -f $@
	@ar rcsD $@ $^

-include $(shell find $(BUILD)/host $(BUILD)/static $(BUILD)/fuzz -name '*.d' 2>/dev/null)

# ---------------------------------------------------------------- targets
.PHONY: all host static clean help
all: static image ## the shipped programs and the boot image
host: $(foreach p,$(programs),$(host_BIN)/$(p)) ## programs for tests, with sanitizers
static: $(foreach p,$(programs),$(static_BIN)/$(p)) ## programs that ship: static, musl
units: $(foreach u,$(units),$(BUILD)/host/unit/$(u))
clean: ## remove what was built, keep fetched sources
	rm -rf $(filter-out $(BUILD)/sources,$(wildcard $(BUILD)/*))
help: ## this index
	@grep -hE '^[a-z][a-z -]*:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+)[^#]*## */\1\t/' | sort | column -ts $$'\t'
