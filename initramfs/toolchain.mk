# SPDX-License-Identifier: GPL-3.0-or-later
# The static toolchain: gcc with Debian's musl, and the third-party libraries in build/sysroot.
# Provides STATIC_CC STATIC_CPPFLAGS STATIC_LDFLAGS; objects that use them order-depend on $(BUILD)/sysroot/.done.
# Not musl-gcc itself: its specs file makes dynamic programs out of -static-pie (initramfs/build/musl.specs mends that).

STATIC_CC := gcc -specs=initramfs/build/musl.specs
STATIC_CPPFLAGS := -isystem $(BUILD)/sysroot/include -isystem $(BUILD)/sysroot/include/ntfs-3g \
	-isystem $(BUILD)/sysroot/kernel-headers
STATIC_LDFLAGS := -static-pie -L$(BUILD)/sysroot/lib -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,relro,-z,now
