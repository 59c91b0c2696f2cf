# SPDX-License-Identifier: GPL-3.0-or-later
# What a newcomer and a developer run by hand.

.PHONY: demo wizard bench soak
demo: ## a blank machine boots over the network, restores itself, starts from its disk
	@scripts/dev/demo.sh
wizard: ## the same machine, restored by you: its wizard in this terminal (FIRMWARE=bios)
	@scripts/dev/demo.sh --wizard --firmware $(or $(FIRMWARE),uefi)
bench: static ## restore and capture beside other tools, as ratios
	@scripts/dev/bench.sh
soak: host ## an hour of restores and captures that are killed at random (MINUTES=60); the log is docs/reliability.md
	@scripts/dev/soak.sh --minutes $(or $(MINUTES),60) --log docs/reliability.md
