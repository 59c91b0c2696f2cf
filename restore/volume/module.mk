# SPDX-License-Identifier: GPL-3.0-or-later
$(eval $(call module,restore/volume,restore/disk restore/model restore/base,-lntfs-3g))

# ntfsrecover, a program of ntfs-3g, as a function: replay_child.c calls it in a process of its own.  It is compiled from the
# pinned sources as they are, against the library that halcyon is linked with.  Joined to one object, of which only its main and a counter can be
# seen from outside, and which calls ours in place of what opens the volume and what ends the process.  (All builds have 64 bits: without _FILE_OFFSET_BITS fopen has one name.)
recover_dir := $(BUILD)/ntfsrecover
recover_objects := ntfsrecover.o playlog.o utils.o
recover_names := main=hc_ntfsrecover redocount=hc_ntfsrecover_redone ntfs_mount=hc_ntfsrecover_mount fopen=hc_ntfsrecover_fopen exit=hc_ntfsrecover_exit

recover_flags := -std=gnu11 -w -DHAVE_CONFIG_H -D_GNU_SOURCE -I$(recover_dir) -g
host_recover := $(host_CC) $(recover_flags) -O1 -I/usr/include/ntfs-3g -fsanitize=address -fno-omit-frame-pointer
fuzz_recover := $(fuzz_CC) $(recover_flags) -O1 -I/usr/include/ntfs-3g -fsanitize=address
static_recover := $(static_CC) $(STATIC_CPPFLAGS) $(recover_flags) -O2 -I$(BUILD)/sysroot/include/ntfs-3g -ffunction-sections \
	-fdata-sections -fstack-protector-strong -D_FORTIFY_SOURCE=0 -ffile-prefix-map=$(CURDIR)=.

$(recover_dir)/.done: initramfs/lock/packages.lock $(addprefix initramfs/build/,common.sh 10-fetch.sh ntfsrecover.sh)
	$(call say,SOURCE,$(@D))
	$(Q)initramfs/build/ntfsrecover.sh
	@touch $@

define recover_rules
$(addprefix $(BUILD)/$(1)/ntfsrecover/,$(recover_objects)): $(BUILD)/$(1)/ntfsrecover/%.o: $(recover_dir)/.done $(2)
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$($(1)_recover) -c -o $$@ $(recover_dir)/ntfsprogs/$$*.c

$(BUILD)/$(1)/restore/volume.a: $(BUILD)/$(1)/ntfsrecover/joined.o
$(BUILD)/$(1)/ntfsrecover/joined.o: $(addprefix $(BUILD)/$(1)/ntfsrecover/,$(recover_objects))
	$$(Q)ld -r -o $$@ $$^
	$$(Q)objcopy $(addprefix --redefine-sym ,$(recover_names)) --keep-global-symbol=hc_ntfsrecover --keep-global-symbol=hc_ntfsrecover_redone $$@
endef
$(eval $(call recover_rules,host))
$(eval $(call recover_rules,fuzz))
$(eval $(call recover_rules,static,$(BUILD)/sysroot/.done))
