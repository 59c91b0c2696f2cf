# SPDX-License-Identifier: GPL-3.0-or-later
# What a newcomer and a developer run by hand.

.PHONY: demo bench soak usb iso
demo: ## a blank machine boots over the network, restores itself, starts from its disk
	@scripts/dev/demo.sh
bench: static ## restore and capture beside other tools, as ratios
	@scripts/dev/bench.sh
soak: host ## an hour of restores and captures that are killed at random (MINUTES=60); the log is docs/reliability.md
	@scripts/dev/soak.sh --minutes $(or $(MINUTES),60) --log docs/reliability.md

media_words = $(if $(COPY),--copy '$(COPY)') $(if $(APPEND),--append '$(APPEND)')
usb: $(BUILD)/boot/manifest.txt ## image of a USB stick: OUT=FILE SIZE=8G; or a stick itself: STICK=SERIAL; COPY=DIR APPEND=WORDS
	@pxe/usb/make-media.sh --boot $(BUILD)/boot $(if $(STICK),--stick '$(STICK)',--out '$(OUT)' --size '$(SIZE)') $(media_words)
iso: $(BUILD)/boot/manifest.txt ## an ISO for a remote console's virtual drive: OUT=FILE
	@pxe/usb/make-media.sh --boot $(BUILD)/boot --iso '$(OUT)' $(media_words)
