# Benchmarks. The core is one unit, called from outside; core, floors and the loops that call
# them are compiled with the same optimisation.
BENCH_OPTIMISE ?= -O2
# A folder for each set of options.
BENCH_BUILD    := $(BUILD)/bench$(subst $() ,,$(BENCH_OPTIMISE))
BENCH_SOURCES := $(wildcard bench/*.c)
BENCH_CFLAGS  := -std=c11 $(BENCH_OPTIMISE) -Wall -Wextra -Werror -Ibench -Icore -I$(ARCH)
ROUNDS        ?= 9

$(BENCH_BUILD)/core.o: $(CORE) $(HEADERS)
	@mkdir -p $(@D)
	@cd $(@D) && $(CC) -flto $(BENCH_OPTIMISE) -std=c11 -ffreestanding -I$(CURDIR)/$(ARCH) -c $(addprefix $(CURDIR)/,$(CORE))
	@$(CC) -flto $(BENCH_OPTIMISE) -r -flinker-output=nolto-rel -nostdlib $(patsubst core/%.c,$(@D)/%.o,$(CORE)) -o $@

$(BENCH_BUILD)/bench: $(BENCH_SOURCES) bench/bench.h $(BENCH_BUILD)/core.o
	@$(CC) $(BENCH_CFLAGS) $(BENCH_SOURCES) $(BENCH_BUILD)/core.o -o $@

##@ Benchmarks
bench: $(BENCH_BUILD)/bench ## measure, each figure beside its floor (ROUNDS=9); not while provers run
	@mkdir -p $(BUILD)/report
	@$< --rounds $(ROUNDS) --json $(BUILD)/report/bench.json
