# ashlar: one core, proved, fuzzed and booted. `make` alone prints every target.
SHELL := /bin/bash
.DEFAULT_GOAL := help

CC      ?= gcc
CLANG   ?= clang
PYTHON  ?= python3
JOBS    ?= $(shell nproc)
BUILD   := build
ARCH    := arch/x86_64
# Page tables that are fuzzed: an entry format, and how many levels. The kernel's first; then LA57, Sv39, Sv48.
FUZZED       := x86_64-4 x86_64-5 riscv64-3 riscv64-4
FUZZED_FIRST := $(firstword $(FUZZED))
FUZZED_REST  := $(filter-out $(FUZZED_FIRST),$(FUZZED))
# Those of them that the kernel is built with, an image for each.
BOOTED       := x86_64-4 x86_64-5

# The core is compiled with these everywhere it is compiled by this file.
WARN        := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Werror
CORE_CFLAGS := -std=c11 -ffreestanding $(WARN)
CORE        := $(sort $(wildcard core/*.c))
HEADERS     := $(wildcard core/*.h annotations/*.acsl arch/*/*.h)
FORMATS     := $(patsubst arch/%/pte.h,%,$(wildcard arch/*/pte.h)) # of page-table entries
C_FILES     := $(sort $(shell find arch bench core examples fuzz kernel proofs tests -name '*.[ch]'))
SCRIPTS      = ci/setup .ci/run
MODULE  ?=
PROVER  ?= z3

.PHONY: help verify test setup prove prove-tune prove-update lint format unit bench example clean

##@ Everything
help: ## print this list
	@awk -F ':.*## ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z][a-z-]*:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing from ci/packages.txt (as root or through sudo)
	@ci/setup

verify: setup ## the main job: prove, fuzz for 60 s, boot, and print one table
	@$(PYTHON) ci/verify.py

test: ## all tests: lint, unit tests, the example, proof, corpus with mutants and coverage, some source mutants, boot suite
	@$(PYTHON) ci/test.py

clean: ## remove everything that was built
	@rm -rf $(BUILD)

##@ Proof
prove: ## prove the core (MODULE=bitset for one, REPLAY=1 replays what is recorded, FRESH=1 ignores the cache, SMOKE=1 repeats the smoke tests)
	@$(PYTHON) proofs/prove.py --jobs $(JOBS) $(if $(FRESH),--fresh) $(if $(REPLAY),--replay) $(if $(SMOKE),--smoke) $(if $(KNOWN_OPEN),--known-open) $(MODULE)

prove-tune: ## find out which goals one prover proves faster, and let it go first there (PROVER=cvc4, MODULE=; slow)
	@$(PYTHON) proofs/prove.py --jobs $(JOBS) --tune $(PROVER) $(MODULE)

prove-update: ## prove, then rewrite the committed cache, floors, record and scoreboard (MODULE=, FRESH=1)
	@$(PYTHON) proofs/prove.py --jobs $(JOBS) --update $(if $(FRESH),--fresh) $(MODULE)

##@ Lint and unit tests
lint: lint-format lint-tidy lint-build lint-shell ## layout, lint and warnings of every source file, as errors

.PHONY: lint-format lint-tidy lint-build lint-shell
lint-format: ## the C layout is clang-format's
	@clang-format --dry-run --Werror $(C_FILES)

lint-tidy: ## clang-tidy on core, kernel, fuzz, tests and bench
	@printf '%s\n' $(filter core/%.c fuzz/%.c tests/%.c bench/%.c proofs/bits.c,$(C_FILES)) | \
	  xargs -P $(JOBS) -I{} clang-tidy --quiet {} -- -std=c11 -I. -Icore -I$(ARCH) 2>/dev/null

lint-build: ## the core builds without a warning under gcc and clang, with orders 0..18 and 0..10, tables of 3 to 5 levels, for each entry format
	@mkdir -p $(BUILD)/lint; set -e; for cc in gcc $(CLANG); do for format in $(FORMATS); do \
	  for order in 18 10; do for file in $(CORE); do $$cc $(CORE_CFLAGS) -Iarch/$$format -O2 -DBUDDY_MAX_ORDER=$${order}u \
	    -c $$file -o $(BUILD)/lint/out.o; done; done; \
	  for levels in 3 5; do for file in $(filter core/pagetable%,$(CORE)); do $$cc $(CORE_CFLAGS) -Iarch/$$format -O2 \
	    -DPAGETABLE_LEVELS=$$levels -c $$file -o $(BUILD)/lint/out.o; done; done; done; done

lint-shell: ## shellcheck on the shell scripts
	@shellcheck $(SCRIPTS)

format: ## lay out every C file
	@clang-format -i $(C_FILES)

# Unit tests: every tests/test_NAME.c is a program of its own, with the sanitizers.
TESTS       := $(sort $(wildcard tests/test_*.c))
# Those of page tables again on a core of another format, or of another number of levels (also Sv57), and the replayer's.
TABLE_TESTS := test_pagetable test_pagetable_range test_pagetable_map_range
TEST_TABLES := $(FUZZED_REST) riscv64-5 x86_64-3
TEST_BIN    := $(TESTS:tests/%.c=$(BUILD)/tests/%) $(foreach test,$(TABLE_TESTS),$(TEST_TABLES:%=$(BUILD)/tests/$(test)-%)) \
  $(FUZZED_REST:%=$(BUILD)/tests/test_replay-%)
TEST_CFLAGS := -std=c11 -g -O1 -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all -I. -Icore -I$(ARCH)
# Sources that tests use beside the core; fuzz.mk names the replayer's.
-include fuzz/fuzz.mk kernel/kernel.mk bench/bench.mk
TEST_EXTRA  := $(REPLAY_SOURCES) fuzz/mutate.c

$(BUILD)/tests/core.a: $(CORE) $(TEST_EXTRA) $(HEADERS) $(wildcard fuzz/*.h)
	@mkdir -p $(BUILD)/tests/objects && rm -f $@
	@printf '%s\n' $(CORE) $(TEST_EXTRA) | xargs -P $(JOBS) -I{} sh -c '$(CC) $(TEST_CFLAGS) -c {} -o $(BUILD)/tests/objects/$$(echo {} | tr / -).o'
	@ar rcs $@ $(BUILD)/tests/objects/*.o

$(BUILD)/tests/%: tests/%.c $(wildcard tests/*.h) $(BUILD)/tests/core.a
	@$(CC) $(TEST_CFLAGS) $< $(BUILD)/tests/core.a -lcmocka -o $@

# The processor of each format, without the one that the replayer is linked with.
$(BUILD)/tests/test_walk_%: tests/test_walk_%.c tests/unit.h fuzz/walk_%.c fuzz/walk.h core/page.h
	@mkdir -p $(@D)
	@$(CC) $(TEST_CFLAGS) $(filter %.c,$^) -lcmocka -o $@

define table_test
$(BUILD)/tests/$(1)-%: tests/$(1).c $(wildcard tests/*.h) $(CORE) $(HEADERS)
	@mkdir -p $$(@D)
	@$$(CC) $(TEST_CFLAGS:-I$(ARCH)=) $$(call tables,$$*) $$< $(CORE) -lcmocka -o $$@
endef
$(foreach test,$(TABLE_TESTS),$(eval $(call table_test,$(test))))

$(BUILD)/tests/test_replay-%: tests/test_replay.c tests/unit.h $(CORE) $(HEADERS) $(REPLAYER) $(wildcard fuzz/*.h fuzz/walk_*.c)
	@mkdir -p $(@D)
	@$(CC) $(TEST_CFLAGS:-I$(ARCH)=) $(call tables,$*) $< $(CORE) $(call replayer,$*) -lcmocka -o $@

unit: $(TEST_BIN) ## unit tests of every core module, under ASan and UBSan
	@set -e; for t in $(TEST_BIN); do echo "== $$t"; $$t; done
	@$(PYTHON) -m unittest discover -s tests -p 'test_*.py'

example: $(BUILD)/example/embed ## compile and run the example of docs/using.md
	@$<

$(BUILD)/example/embed: examples/embed.c $(CORE) $(HEADERS)
	@mkdir -p $(@D)
	@$(CC) -std=c11 -Wall -Wextra -Werror -fsanitize=address,undefined -Icore -I$(ARCH) $< $(CORE) -o $@
