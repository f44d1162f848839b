# Fuzzing: the replayer, its command, the corpus, the engines.
BUILD  ?= build
PYTHON ?= python3
CC     ?= gcc
CLANG  ?= clang
ARCH   ?= arch/x86_64

# What replays an input: freestanding, links into the engines, the command, the tests and the kernel.
REPLAY_SOURCES := fuzz/ops.c fuzz/model.c fuzz/model_map.c fuzz/model_table.c fuzz/replay.c fuzz/replay_memory.c \
  fuzz/replay_table.c fuzz/replay_map.c fuzz/replay_corrupt.c

# The corpus is replayed with the largest orders of both builds; the engines fuzz the smaller one, whose
# check functions take microseconds. ORDER chooses for replay.
ORDERS       := 18 10
ORDER        ?= 18
REPLAY_DEPS  := $(REPLAY_SOURCES) $(sort $(wildcard core/*.c)) $(wildcard core/*.h fuzz/*.h $(ARCH)/*.h)
REPLAY_WARN  := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Werror
REPLAY_FLAGS := -std=c11 -g $(REPLAY_WARN) -Icore -I$(ARCH)
SANITIZE     := -fsanitize=address,undefined -fno-sanitize-recover=all

.PHONY: replay corpus-replay corpus-update
$(BUILD)/replay: $(BUILD)/replay-18
	@ln -sf replay-18 $@

# The replayer itself must be freestanding, so it is compiled as such here too.
$(BUILD)/replay-%: fuzz/replay_main.c $(REPLAY_DEPS)
	@mkdir -p $(BUILD)/fuzz/replay-$*
	@printf '%s\n' $(REPLAY_SOURCES) $(filter core/%.c,$(REPLAY_DEPS)) | xargs -P $(JOBS) -I{} sh -c \
	  '$(CC) $(REPLAY_FLAGS) -O1 $(SANITIZE) -ffreestanding -DBUDDY_MAX_ORDER=$*u -c {} -o $(BUILD)/fuzz/replay-$*/$$(echo {} | tr / -).o'
	@$(CC) $(REPLAY_FLAGS) -O1 $(SANITIZE) -DBUDDY_MAX_ORDER=$*u $< $(BUILD)/fuzz/replay-$*/*.o -o $@

$(BUILD)/fuzz/seeds: fuzz/seeds.c fuzz/ops.c fuzz/ops.h
	@mkdir -p $(@D)
	@$(CC) $(REPLAY_FLAGS) -O1 $(SANITIZE) $(filter %.c,$^) -o $@

replay: $(BUILD)/replay $(BUILD)/replay-$(ORDER) ## print an input as readable operations with their results (INPUT=file, ORDER=18 or 10)
	@test -n "$(INPUT)" || { echo "replay: say which: make replay INPUT=file"; exit 2; }
	@mkdir -p $(BUILD)/report
	@$(BUILD)/replay-$(ORDER) -j $(BUILD)/report/replay.json "$(INPUT)"

corpus-replay: $(BUILD)/fuzz/seeds $(ORDERS:%=$(BUILD)/replay-%) ## replay every input of the corpus under ASan and UBSan and compare the digests
	@$(PYTHON) fuzz/corpus.py $(ORDERS:%=$(BUILD)/replay-%)

corpus-update: $(BUILD)/fuzz/seeds $(ORDERS:%=$(BUILD)/replay-%) ## write the seeds again, and the digests of the whole corpus
	@mkdir -p corpus/seeds && rm -f corpus/seeds/* && $(BUILD)/fuzz/seeds corpus/seeds
	@$(PYTHON) fuzz/corpus.py --update $(ORDERS:%=$(BUILD)/replay-%)
