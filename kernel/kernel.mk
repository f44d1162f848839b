# The kernel: the core, unchanged, linked with kernel/ and arch/x86_64/ and booted in QEMU.
BUILD  ?= build
CC     ?= gcc
PYTHON ?= python3
QEMU   ?= qemu-system-x86_64
ACCEL  ?= tcg

KERNEL         := $(BUILD)/kernel/ashlar.elf
# The replayer and the corpus as data (fuzz/fuzz.mk) are linked in, for the suite to replay it.
KERNEL_SOURCES := $(sort $(wildcard core/*.c kernel/*.c arch/x86_64/*.S)) $(REPLAY_SOURCES) $(BUILD)/fuzz/embed-$(FUZZED_FIRST).c
KERNEL_OBJECTS := $(KERNEL_SOURCES:%=$(BUILD)/kernel/%.o)
KERNEL_CFLAGS  := -std=gnu11 -O2 -g $(WARN) -ffreestanding -mno-red-zone -mgeneral-regs-only \
  -mcmodel=kernel -fno-stack-protector -fno-pic -fno-pie -fno-asynchronous-unwind-tables -fcf-protection=none \
  -fno-omit-frame-pointer -Icore -Ikernel -Iarch/x86_64 -I.
BOOT           := QEMU=$(QEMU) ACCEL=$(ACCEL) $(PYTHON) ci/boot.py
MEMORY         ?= 128M
WORDS          ?= $(if $(TEST),test=$(TEST))
RUN_WORDS      := $(or $(WORDS),prompt)

##@ The kernel
.PHONY: kernel boot run gdb
kernel: $(KERNEL) ## build the kernel image

$(BUILD)/kernel/%.o: % $(wildcard core/*.h kernel/*.h fuzz/*.h arch/x86_64/*.h annotations/*.acsl) kernel/kernel.mk
	@mkdir -p $(@D)
	@$(CC) $(KERNEL_CFLAGS) -c $< -o $@

$(KERNEL): $(KERNEL_OBJECTS) arch/x86_64/kernel.ld
	@$(CC) -nostdlib -static -no-pie -Wl,--build-id=none,-z,max-page-size=4096,-z,noexecstack,--no-warn-rwx-segments \
	  -Wl,-T,arch/x86_64/kernel.ld $(KERNEL_OBJECTS) -o $@

# Part of make lint.
.PHONY: lint-tidy-kernel
lint-tidy: lint-tidy-kernel
lint-tidy-kernel:
	@printf '%s\n' $(wildcard kernel/*.c) | \
	  xargs -P $(JOBS) -I{} clang-tidy --quiet {} -- -std=gnu11 -ffreestanding -I. -Icore -Ikernel -Iarch/x86_64 2>/dev/null

boot: kernel ## boot in QEMU at several memory sizes: boot suite, fault reports, the prompt (TEST=name for one, ACCEL=kvm)
	@$(BOOT) $(if $(TEST),--test $(TEST)) $(KERNEL)

run: kernel ## boot in QEMU to an interactive prompt (MEMORY=4G; TEST=name or WORDS="fault=page" instead of the prompt)
	@$(BOOT) --live --memory $(MEMORY) --append "$(RUN_WORDS)" $(KERNEL); test $$? -eq 33

gdb: kernel ## boot stopped, with gdb attached (MEMORY=, WORDS=)
	@command -v gdb >/dev/null || { echo "gdb is not installed: apt-get install gdb"; exit 1; }
	@$(BOOT) --live --memory $(MEMORY) --append "$(WORDS)" --stopped $(KERNEL) & \
	  gdb -ex 'target remote :1234' -ex 'hbreak kernel_main' $(KERNEL); kill $$!
