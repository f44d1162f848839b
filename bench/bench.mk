# Benchmarks. The core is one unit, called from outside; core, floors and the loops that call
# them are compiled with the same optimisation.
BENCH_OPTIMISE ?= -O2
BENCH_SOURCES := $(wildcard bench/*.c)
BENCH_CFLAGS  := -std=c11 $(BENCH_OPTIMISE) -Wall -Wextra -Werror -Ibench -Icore -I$(ARCH)
ROUNDS        ?= 9

$(BUILD)/bench/core.o: $(CORE) $(HEADERS)
	@mkdir -p $(@D)
	@cd $(@D) && $(CC) -flto $(BENCH_OPTIMISE) -std=c11 -ffreestanding -I$(CURDIR)/$(ARCH) -c $(addprefix $(CURDIR)/,$(CORE))
	@$(CC) -flto $(BENCH_OPTIMISE) -r -flinker-output=nolto-rel -nostdlib $(patsubst core/%.c,$(@D)/%.o,$(CORE)) -o $@

$(BUILD)/bench/bench: $(BENCH_SOURCES) bench/bench.h $(BUILD)/bench/core.o
	@$(CC) $(BENCH_CFLAGS) $(BENCH_SOURCES) $(BUILD)/bench/core.o -o $@

##@ Benchmarks
bench: $(BUILD)/bench/bench ## measure, each figure beside its floor (ROUNDS=9); not while provers run
	@mkdir -p $(BUILD)/report
	@$< --rounds $(ROUNDS) --json $(BUILD)/report/bench.json
