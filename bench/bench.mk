# Benchmarks. The core is optimised as a kernel would: one unit, called from outside.
BENCH_SOURCES := $(wildcard bench/*.c)
BENCH_CFLAGS  := -std=c11 -O2 -Wall -Wextra -Werror -Ibench -Icore -I$(ARCH)
ROUNDS        ?= 9

$(BUILD)/bench/core.o: $(CORE) $(HEADERS)
	@mkdir -p $(@D)
	@cd $(@D) && $(CC) -flto -O2 -std=c11 -ffreestanding -I$(CURDIR)/$(ARCH) -c $(addprefix $(CURDIR)/,$(CORE))
	@$(CC) -flto -O2 -r -flinker-output=nolto-rel -nostdlib $(patsubst core/%.c,$(@D)/%.o,$(CORE)) -o $@

$(BUILD)/bench/bench: $(BENCH_SOURCES) bench/bench.h $(BUILD)/bench/core.o
	@$(CC) $(BENCH_CFLAGS) $(BENCH_SOURCES) $(BUILD)/bench/core.o -o $@

##@ Benchmarks
bench: $(BUILD)/bench/bench ## measure, each figure beside its floor (ROUNDS=9); not while provers run
	@mkdir -p $(BUILD)/report
	@$< --rounds $(ROUNDS) --json $(BUILD)/report/bench.json
