# SPDX-License-Identifier: GPL-3.0-or-later
# Checks of the sources themselves; scripts/check/selftest.sh proves that each of them can fail.

.PHONY: check check-deps check-size check-docs check-words check-shell check-format format docs
check: host ## all checks of the sources, each seen to fail
	@$(run_tests) check
check-deps: ## who includes whom, against module.mk and the design
	@scripts/check/deps.py
check-size: ## lines of files and functions, no global variables
	@scripts/check/size.py
check-docs: host ## errors, rules, documents, options: pages and programs agree
	@scripts/check/docs.py
check-words: ## no notes to ourselves, machine paths, mirrors; licence lines
	@scripts/check/words.sh
check-shell: ## shellcheck over all scripts
	@scripts/check/shellcheck.sh
check-format: ## clang-format finds nothing to do
	@scripts/check/format.sh
format: ## lay out the C sources
	@scripts/check/format.sh --fix
docs: host ## write what is generated: schemas of documents, missing pages of errors
	@scripts/dev/docs.sh
