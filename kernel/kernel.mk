# The kernel: the core, unchanged, linked with kernel/ and arch/x86_64/ and booted in QEMU.
BUILD  ?= build
CC     ?= gcc
PYTHON ?= python3
QEMU   ?= qemu-system-x86_64
ACCEL  ?= tcg

# One source, an image for each of BOOTED (Makefile): page tables of 4 levels, and of 5 (LA57). LEVELS says which; where
# nothing is said it is all of them for boot, and the first for run and gdb.
LEVELS         ?=
KERNEL_LEVELS  := $(BOOTED:x86_64-%=%)
ifneq ($(filter-out $(KERNEL_LEVELS),$(LEVELS))$(word 2,$(LEVELS)),)
$(error LEVELS=$(LEVELS): the kernel is built for page tables of $(KERNEL_LEVELS) levels: say one of these)
endif
ASKED_LEVELS   := $(or $(LEVELS),$(KERNEL_LEVELS))
KERNELS        := $(ASKED_LEVELS:%=$(BUILD)/kernel-%/ashlar.elf)
KERNEL         := $(firstword $(KERNELS))
KERNEL_SOURCES := $(sort $(wildcard core/*.c kernel/*.c arch/x86_64/*.S))
KERNEL_HEADERS := $(wildcard core/*.h kernel/*.h fuzz/*.h arch/x86_64/*.h annotations/*.acsl)
KERNEL_CFLAGS  := -std=gnu11 -O2 -g $(WARN) -ffreestanding -mno-red-zone -mgeneral-regs-only \
  -mcmodel=kernel -fno-stack-protector -fno-pic -fno-pie -fno-asynchronous-unwind-tables -fcf-protection=none \
  -fno-omit-frame-pointer -Icore -Ikernel -I.
BOOT           := QEMU=$(QEMU) ACCEL=$(ACCEL) $(PYTHON) ci/boot.py
MEMORY         ?= 128M
WORDS          ?= $(if $(TEST),test=$(TEST))
RUN_WORDS      := $(or $(WORDS),prompt)

##@ The kernel
.PHONY: kernel boot run gdb
kernel: $(KERNELS) ## build the kernel's images, for page tables of 4 and of 5 levels (LEVELS=5 for one)

# The replayer and the corpus as data (fuzz/fuzz.mk) are linked in, for the suite to replay it. $(1) is the levels.
define kernel_image
$(BUILD)/kernel-$(1)/%.o: % $(KERNEL_HEADERS) kernel/kernel.mk
	@mkdir -p $$(@D)
	@$$(CC) $(KERNEL_CFLAGS) $(call tables,x86_64-$(1)) -c $$< -o $$@

$(BUILD)/kernel-$(1)/ashlar.elf: $(patsubst %,$(BUILD)/kernel-$(1)/%.o,$(KERNEL_SOURCES) $(call replayer,x86_64-$(1)) \
    $(BUILD)/fuzz/embed-x86_64-$(1).c) arch/x86_64/kernel.ld
	@$$(CC) -nostdlib -static -no-pie -Wl,--build-id=none,-z,max-page-size=4096,-z,noexecstack,--no-warn-rwx-segments \
	  -Wl,-T,arch/x86_64/kernel.ld $$(filter %.o,$$^) -o $$@
endef
$(foreach levels,$(KERNEL_LEVELS),$(eval $(call kernel_image,$(levels))))

# Part of make lint.
.PHONY: lint-tidy-kernel
lint-tidy: lint-tidy-kernel
lint-tidy-kernel:
	@printf '%s\n' $(wildcard kernel/*.c) | \
	  xargs -P $(JOBS) -I{} clang-tidy --quiet {} -- -std=gnu11 -ffreestanding -I. -Icore -Ikernel -Iarch/x86_64 2>/dev/null

boot: $(KERNELS) ## boot each image in QEMU on several machines: boot suite, fault reports, the prompt (TEST=name for one, LEVELS=5, ACCEL=kvm)
	@$(BOOT) $(if $(TEST),--test $(TEST)) $(join $(ASKED_LEVELS:%=%=),$(KERNELS))

run: $(KERNEL) ## boot in QEMU to an interactive prompt (LEVELS=5, MEMORY=4G; TEST=name or WORDS="fault=page" instead of the prompt)
	@$(BOOT) --live --memory $(MEMORY) --append "$(RUN_WORDS)" $(KERNEL); test $$? -eq 33

gdb: $(KERNEL) ## boot stopped, with gdb attached (LEVELS=, MEMORY=, WORDS=)
	@command -v gdb >/dev/null || { echo "gdb is not installed: apt-get install gdb"; exit 1; }
	@$(BOOT) --live --memory $(MEMORY) --append "$(WORDS)" --stopped $(KERNEL) & \
	  gdb -ex 'target remote :1234' -ex 'hbreak kernel_main' $(KERNEL); kill $$!
