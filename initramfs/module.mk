# SPDX-License-Identifier: GPL-3.0-or-later
# The boot image: third-party libraries (sysroot), kernel, image. Each step is a script in initramfs/build/ that also runs alone.

initramfs_lists := $(wildcard initramfs/lists/* initramfs/init/*)
image_programs := $(BUILD)/bin/halcyon $(BUILD)/bin/halcyon-wizard

.PHONY: sysroot kernel image image-check lock-update reproduce FORCE
sysroot: $(BUILD)/sysroot/.done ## third-party libraries and programs, static, from pinned sources
kernel: $(BUILD)/boot/vmlinuz ## Debian's signed kernel, unpacked
image: $(BUILD)/boot/manifest.txt ## build/boot/vmlinuz and build/boot/initramfs.img
image-check: $(BUILD)/boot/manifest.txt ## sizes, signatures and contents of the image
	@initramfs/build/60-check.sh
lock-update: ## pin the newest Debian revisions of sources and kernel
	@initramfs/build/lock-update.sh
reproduce: ## build everything in two folders and compare the bytes
	@initramfs/build/reproduce.sh

# 20-build.sh itself knows which of its sources changed.
$(BUILD)/sysroot/.done: initramfs/lock/packages.lock initramfs/lists/packages.list initramfs/lists/applets.list \
		initramfs/lists/terminfo.list $(wildcard initramfs/build/recipes/*.sh) $(addprefix initramfs/build/, \
		common.sh 10-fetch.sh 20-build.sh busybox-config.sh musl.specs)
	@initramfs/build/20-build.sh

# What the environment chose, rewritten only when it differs from the last time.
keep_if_same = @mkdir -p $(@D) && { $(1); } >$@.new && if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(BUILD)/chosen.suite: FORCE
	$(call keep_if_same,echo '$(HALCYON_KERNEL_SUITE)')
$(BUILD)/chosen.site: FORCE
	$(call keep_if_same,echo '$(HALCYON_SITE)'$(if $(HALCYON_SITE),; find '$(HALCYON_SITE)' -printf '%p %s %T@\n' | sort))

$(BUILD)/boot/vmlinuz: $(BUILD)/chosen.suite initramfs/lock/kernel.lock $(addprefix initramfs/build/,common.sh 25-kernel.sh)
	@initramfs/build/25-kernel.sh
	@touch $@

$(BUILD)/boot/manifest.txt: $(BUILD)/sysroot/.done $(BUILD)/boot/vmlinuz $(image_programs) $(initramfs_lists) $(BUILD)/chosen.site \
		$(addprefix initramfs/build/,common.sh 30-collect.sh 40-pack.sh 50-manifest.sh mkcpio.c)
	@initramfs/build/30-collect.sh programs
	@initramfs/build/40-pack.sh
	@initramfs/build/50-manifest.sh
