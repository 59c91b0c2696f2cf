# SPDX-License-Identifier: GPL-3.0-or-later
# What a newcomer and a developer run by hand.

.PHONY: demo bench
demo: ## a blank machine boots over the network, restores itself, starts from its disk
	@scripts/dev/demo.sh
bench: static ## restore and capture beside other tools, as ratios
	@scripts/dev/bench.sh
