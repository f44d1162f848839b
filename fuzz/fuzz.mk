# Fuzzing: the replayer, its command, the corpus, the engines.
BUILD  ?= build
PYTHON ?= python3
CC     ?= gcc
CLANG  ?= clang
ARCH   ?= arch/x86_64

# What replays an input: freestanding, links into the engines, the command, the tests and the kernel. One more file
# knows how the processor reads entries; REPLAY_SOURCES are for ARCH.
REPLAYER       := fuzz/ops.c fuzz/model.c fuzz/model_map.c fuzz/model_table.c fuzz/model_range.c fuzz/replay.c fuzz/replay_memory.c \
  fuzz/replay_table.c fuzz/replay_range.c fuzz/replay_map_range.c fuzz/replay_flush.c fuzz/replay_walk.c fuzz/replay_map.c fuzz/replay_corrupt.c
REPLAY_SOURCES := $(REPLAYER) fuzz/walk_$(notdir $(ARCH)).c

# For page tables as FUZZED names them (Makefile): the sources of the replayer, and what the compiler must know.
replayer = $(REPLAYER) fuzz/walk_$(word 1,$(subst -, ,$(1))).c
tables   = -Iarch/$(word 1,$(subst -, ,$(1))) -DPAGETABLE_LEVELS=$(word 2,$(subst -, ,$(1)))

# The corpus is replayed with the largest orders of both builds; the engines fuzz the smaller one, whose
# check functions take microseconds. ORDER and FORMAT choose for replay, FORMAT for the engines.
ORDERS       := 18 10
ORDER        ?= 18
FORMAT       := $(FUZZED_FIRST)
ifneq ($(words $(FORMAT)) $(filter $(FORMAT),$(FUZZED)),1 $(FORMAT))
$(error FORMAT=$(FORMAT) is no format of page tables that is fuzzed: say one of $(FUZZED))
endif
FUZZ_ORDER   := 10
REPLAY_CORE  := $(sort $(wildcard core/*.c))
REPLAY_DEPS  := $(REPLAYER) $(wildcard fuzz/walk_*.c) $(REPLAY_CORE) $(wildcard core/*.h fuzz/*.h arch/*/pte.h)
REPLAY_WARN  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Werror
REPLAY_FLAGS := -std=c11 -g $(REPLAY_WARN) -Icore
SANITIZE     := -fsanitize=address,undefined -fno-sanitize-recover=all

##@ Fuzzing and the corpus
.PHONY: replay corpus-replay corpus-update
$(BUILD)/replay: $(BUILD)/replay-18-$(FUZZED_FIRST)
	@ln -sf $(<F) $@

# The replayer itself must be freestanding, so it is compiled as such here too. One order is built with the
# kernel's compiler, the other with the engines'; plain builds are the other way round and without
# sanitizers: a digest must depend on neither. $* is ORDER-FORMAT.
order_of  = $(firstword $(subst -, ,$(1)))
format_of = $(patsubst $(call order_of,$(1))-%,%,$(1))
replay_of = $(REPLAY_FLAGS) $(call tables,$(call format_of,$(1))) -DBUDDY_MAX_ORDER=$(call order_of,$(1))u

$(BUILD)/replay-10-%: CC := $(CLANG)
$(BUILD)/replay-%: fuzz/replay_main.c $(REPLAY_DEPS)
	@rm -rf $(BUILD)/fuzz/replay-$* && mkdir -p $(BUILD)/fuzz/replay-$*
	@printf '%s\n' $(call replayer,$(call format_of,$*)) $(REPLAY_CORE) | xargs -P $(JOBS) -I{} sh -c \
	  '$(CC) $(call replay_of,$*) -O1 $(SANITIZE) -ffreestanding -c {} -o $(BUILD)/fuzz/replay-$*/$$(echo {} | tr / -).o'
	@$(CC) $(call replay_of,$*) -O1 $(SANITIZE) $< $(BUILD)/fuzz/replay-$*/*.o -o $@

$(BUILD)/fuzz/plain-18-%: CC := $(CLANG)
$(BUILD)/fuzz/plain-%: fuzz/replay_main.c $(REPLAY_DEPS)
	@mkdir -p $(@D)
	@$(CC) $(call replay_of,$*) -O2 $< $(call replayer,$(call format_of,$*)) $(REPLAY_CORE) -o $@

$(BUILD)/fuzz/seeds: fuzz/seeds.c fuzz/ops.c fuzz/ops.h
	@mkdir -p $(@D)
	@$(CC) $(REPLAY_FLAGS) -O1 $(SANITIZE) $(filter %.c,$^) -o $@

replay: $(BUILD)/replay $(BUILD)/replay-$(ORDER)-$(FORMAT) ## print an input as readable operations with their results (INPUT=file, ORDER=18 or 10, FORMAT= as for fuzz)
	@test -n "$(INPUT)" || { echo "replay: say which: make replay INPUT=file; corpus/ has some, as $(firstword $(wildcard corpus/seeds/*))"; exit 2; }
	@mkdir -p $(BUILD)/report
	@$(BUILD)/replay-$(ORDER)-$(FORMAT) -j $(BUILD)/report/replay.json "$(INPUT)"

# What has digests: the first format in both orders, and the others as the kernel is built with them, which compares
# its own with these. All formats but the first in the engines' order too: they must agree with the model.
KERNEL_ORDER    := 18
DIGESTED        := $(ORDERS:%=%-$(FUZZED_FIRST)) $(patsubst %,$(KERNEL_ORDER)-%,$(filter-out $(FUZZED_FIRST),$(BOOTED)))
REPLAYED        := $(FUZZED_REST:%=$(FUZZ_ORDER)-%)
CORPUS_PROGRAMS := $(BUILD)/fuzz/seeds $(DIGESTED:%=$(BUILD)/replay-%) $(DIGESTED:%=$(BUILD)/fuzz/plain-%)
corpus-replay: $(CORPUS_PROGRAMS) $(REPLAYED:%=$(BUILD)/replay-%) ## replay every input of the corpus in every format under ASan and UBSan, and compare the digests of those that the kernel has
	@$(PYTHON) fuzz/corpus.py --also $(REPLAYED) -- $(DIGESTED)

corpus-update: $(CORPUS_PROGRAMS) ## write the seeds again, and the digests of the whole corpus
	@mkdir -p corpus/seeds && rm -f corpus/seeds/* && $(BUILD)/fuzz/seeds corpus/seeds
	@$(PYTHON) fuzz/corpus.py --update -- $(DIGESTED)

# The corpus as data, with fuzz/embed.h: for the kernel with these page tables, and their replayer.
CORPUS_FILES := $(wildcard corpus/*/*)
$(BOOTED:%=$(BUILD)/fuzz/embed-%.c): $(BUILD)/fuzz/embed-%.c: fuzz/embed.py fuzz/corpus.py corpus/digests.txt $(CORPUS_FILES)
	@mkdir -p $(@D) && $(PYTHON) fuzz/embed.py $(KERNEL_ORDER)-$* $@

# The engines. Every target is the same entry; a canary has a bug that must be found.
FUZZ_TIME    ?= 60
ENGINE       ?= both
ENGINES      := libfuzzer afl
FUZZ_HOME    := $(BUILD)/fuzz/$(FORMAT)
FUZZ_SOURCES := $(call replayer,$(FORMAT)) fuzz/mutate.c $(REPLAY_CORE)
FUZZ_DEPS    := fuzz/target.c $(FUZZ_SOURCES) $(REPLAY_DEPS)
FUZZ_FLAGS   := -std=c11 -g -O2 -DBUDDY_MAX_ORDER=$(FUZZ_ORDER)u -Icore $(call tables,$(FORMAT))
FUZZ_TARGETS := $(foreach e,$(ENGINES),$(FUZZ_HOME)/$(e) $(FUZZ_HOME)/$(e)-canary) $(BUILD)/fuzz/mutator.so
AFL_CC       := AFL_QUIET=1 AFL_USE_ASAN=1 AFL_USE_UBSAN=1 afl-clang-fast

.PHONY: fuzz fuzz-targets fuzz-matrix
# No byte of an input is compared with a magic number, and the calls that trace comparisons are slow.
NO_CMP       := -fno-sanitize-coverage=trace-cmp
# $(call fuzz_target,compiler and its sanitizers,more flags,flags after -fsanitize=fuzzer)
fuzz_target = mkdir -p $(@D) && $(1) $(FUZZ_FLAGS) $(2) -fsanitize=fuzzer $(3) fuzz/target.c $(FUZZ_SOURCES) -o $@

$(FUZZ_HOME)/libfuzzer: $(FUZZ_DEPS)
	@$(call fuzz_target,$(CLANG) $(SANITIZE),,$(NO_CMP))
$(FUZZ_HOME)/libfuzzer-canary: $(FUZZ_DEPS)
	@$(call fuzz_target,$(CLANG) $(SANITIZE),-DFUZZ_CANARY,$(NO_CMP))
$(FUZZ_HOME)/afl: $(FUZZ_DEPS)
	@$(call fuzz_target,$(AFL_CC),-DFUZZ_PLAIN)
$(FUZZ_HOME)/afl-canary: $(FUZZ_DEPS)
	@$(call fuzz_target,$(AFL_CC),-DFUZZ_PLAIN -DFUZZ_CANARY)
$(BUILD)/fuzz/mutator.so: fuzz/mutate.c fuzz/mutate_afl.c fuzz/ops.c fuzz/mutate.h fuzz/ops.h
	@mkdir -p $(@D) && $(CLANG) $(REPLAY_FLAGS) -O2 -fPIC -shared $(filter %.c,$^) -o $@

fuzz-targets: $(FUZZ_TARGETS) $(BUILD)/replay-$(FUZZ_ORDER)-$(FORMAT) ## build the engines' targets (FORMAT= as for fuzz)

fuzz: fuzz-targets ## fuzz the core against the model (FUZZ_TIME=60 ENGINE=libfuzzer|afl|both JOBS=n FORMAT=x86_64-4|x86_64-5|riscv64-3|riscv64-4)
	@$(PYTHON) fuzz/fuzz.py --format $(FORMAT) --engine $(ENGINE) --time $(FUZZ_TIME) --jobs $(JOBS)

# A list as JSON.
json = ["$(subst $() ,"$(comma) ",$(strip $(1)))"]
comma := ,
fuzz-matrix: ## what there is to fuzz, formats and engines, as JSON: CI runs each with each
	@echo '{"format": $(call json,$(FUZZED)), "engine": $(call json,$(ENGINES))}'

# What one core replays without sanitizers, and the corpus that fuzzing has left.
.PHONY: fuzz-speed corpus-grow
$(FUZZ_HOME)/speed: fuzz/speed.c fuzz/mutate.h $(FUZZ_SOURCES) $(REPLAY_DEPS)
	@mkdir -p $(@D)
	@$(CLANG) $(FUZZ_FLAGS) fuzz/speed.c $(FUZZ_SOURCES) -o $@

fuzz-speed: $(FUZZ_HOME)/speed ## inputs of 64 operations a second on one core, without sanitizers
	@$<

# Short inputs only: they are read by people, and replayed by every make test.
corpus-grow: $(FUZZ_HOME)/libfuzzer ## add to corpus/grown what fuzzing found beyond the corpus (then make corpus-update)
	@mkdir -p corpus/grown $(FUZZ_HOME)/run/libfuzzer/corpus
	@$< -merge=1 -use_counters=0 -max_len=264 corpus/grown corpus/seeds $(FUZZ_HOME)/run/libfuzzer/corpus $(wildcard $(FUZZ_HOME)/run/afl/out/*/queue) 2>&1 | tail -n 1
	@ls corpus/grown | wc -l

# The oracles' own test; with MODULE, that of the contracts and the oracles.
.PHONY: mutants mutants-sample
SEED           ?= 1
SOURCE_MUTANTS := $(PYTHON) proofs/source_mutants.py --jobs $(JOBS) --seed $(SEED) --fuzz-time $(FUZZ_TIME)
mutants: ## plant mistakes in copies of the core: the corpus must notice each; with MODULE=bits, core/walk.h or all, source mutants, which proof or fuzzer must notice (JOBS=n LIMIT=n SAMPLE=n SEED=s FUZZ=all FUZZ_TIME=60 JSON=file)
	@$(if $(MODULE),$(SOURCE_MUTANTS) $(if $(LIMIT),--limit $(LIMIT)) $(if $(SAMPLE),--sample $(SAMPLE)) \
	  $(if $(filter all,$(FUZZ)),--fuzz-all) $(if $(JSON),--json $(JSON)) $(MODULE),$(PYTHON) fuzz/mutants.py)

# Of a module whose goals are proved in a moment, and whose mutants the corpus notices.
mutants-sample: ## the source mutants that make test runs
	@$(SOURCE_MUTANTS) --sample 6 --fuzz-all --json $(BUILD)/report/mutants-sample.json bits

# Coverage of core by the corpus. Branches that are never taken are explained in fuzz/uncovered.txt.
.PHONY: coverage
$(BUILD)/fuzz/replay-coverage: fuzz/replay_main.c $(REPLAY_DEPS)
	@mkdir -p $(@D)
	@$(CLANG) $(call replay_of,$(FUZZ_ORDER)-$(FUZZED_FIRST)) -O0 -fprofile-instr-generate -fcoverage-mapping \
	  fuzz/replay_main.c $(call replayer,$(FUZZED_FIRST)) $(REPLAY_CORE) -o $@

coverage: $(BUILD)/fuzz/replay-coverage ## lines and branches of core that the corpus misses, each to be explained (DOCS=1 writes docs/fuzzing.md)
	@$(PYTHON) fuzz/coverage.py $(if $(DOCS),--docs docs/fuzzing.md) $<
