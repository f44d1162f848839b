/* Memory types: the page attribute table, pages of each type, and a device behind an uncached one. */
#include "console.h"
#include "cpu.h"
#include "memory.h"
#include "memory_type.h"
#include "suite.h"
#include "trap.h"

#define BLOCK_ORDER 9u /* a page of 2 MiB */
#define APIC_ID 0x20u  /* registers of the local APIC: in bits 24 to 31 the processor's number, */
#define APIC_VERSION                                                                               \
  0x30u /* and in bits 0 to 7 the version: 10H to 1FH for one inside the processor */
#define NO_PAT "SKIP no page attribute table"

const char *the_attribute_table_is_set(void)
{
  if (!has_memory_types()) {
    return NO_PAT;
  }
  print("# page attribute table %x\n", read_msr(MSR_PAT));
  if (memory_type(0) != TYPE_WRITE_BACK) {
    return "entry 0, which memory is mapped with, is not write-back";
  }
  if (memory_type(1) != TYPE_WRITE_COMBINING) {
    return "entry 1 is not write-combining";
  }
  return memory_type(2) == TYPE_UNCACHED ? 0 : "entry 2 is not UC-";
}

/* The entry of the attribute table that the page of this level at address names, by the processor's rule: bits 4 and 3
 * of its own entry, and above them bit 7 or, in a large page, bit 12. The page must be mapped. */
static uint32_t named_entry(uint64_t address, uint32_t level)
{
  uint64_t entry = table_entry(address, level);
  return (uint32_t)(entry >> 3 & 3u) | (uint32_t)(entry >> (level == 1 ? 7 : 12) & 1u) << 2;
}

/* Whether the page of this level at SCRATCH has exactly these permissions, and the processor this type for it. */
static bool is_typed(uint32_t level, uint32_t permissions, uint32_t type)
{
  struct translation found;
  return pagetable_query(&memory.space, SCRATCH, &found) == STATUS_OK && found.level == level &&
         found.permissions == permissions &&
         (!has_memory_types() || memory_type(named_entry(SCRATCH, level)) == type);
}

/* What is wrong with a page of this level with one of the core's memory types, of this type for the processor, on the
 * block of frame f. WC writes need not look into the caches: so these are emptied before and after, and the block is
 * not touched in the direct map in between. */
static const char *typed_page(frame_t f, uint32_t level, uint32_t kind, uint32_t type)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  const uint64_t last = ((uint64_t)PAGE_SIZE << (9 * (level - 1))) / sizeof(uint64_t) - 1;
  volatile uint64_t *page = (uint64_t *)SCRATCH, *block = frame_view(f);
  block[0] = block[last] = 0;
  flush_caches();
  if (pagetable_map(s, SCRATCH, f, level, PAGE_WRITE | kind) != STATUS_OK) {
    return "not mapped";
  }
  bool typed = is_typed(level, PAGE_WRITE | kind, type);
  page[0] = 0x1234 + kind;
  page[last] = 0x5678 + kind;
  bool fixed = pagetable_protect(s, SCRATCH, level, kind, &was, &owed) == STATUS_OK &&
               was.permissions == (PAGE_WRITE | kind) && was.dirty;
  settle(&owed);
  typed = typed && is_typed(level, kind, type);
  bool kept = page[0] == 0x1234 + kind && page[last] == 0x5678 + kind;
  fixed = fixed && probe_write(SCRATCH) == 3;
  bool gone =
      pagetable_unmap(s, SCRATCH, level, &was, &owed) == STATUS_OK && was.permissions == kind;
  settle(&owed);
  flush_caches();
  kept = kept && block[0] == 0x1234 + kind && block[last] == 0x5678 + kind;
  if (!typed || !fixed) {
    return typed ? "not protected" : "another memory type than asked for";
  }
  return !gone ? "another type when unmapped" : kept ? 0 : "a write was lost";
}

const char *pages_keep_their_memory_type(void)
{
  static const uint32_t kinds[] = {0, PAGE_WRITE_COMBINING, PAGE_UNCACHED};
  static const uint32_t types[] = {TYPE_WRITE_BACK, TYPE_WRITE_COMBINING, TYPE_UNCACHED};
  const char *wrong = 0;
  frame_t f;
  if (frame_alloc(&memory.frames, BLOCK_ORDER, OWNER_KERNEL, 0, &f) != STATUS_OK) {
    return "SKIP no block of 2 MiB is free";
  }
  for (uint32_t i = 0; wrong == 0 && i < 6; i++) {
    wrong = typed_page(f, i % 2 + 1, kinds[i / 2], types[i / 2]);
  }
  return frame_put(&memory.frames, f) == STATUS_OK ? wrong : "block not taken back";
}

/* The local APIC's registers: where they are the processor says, and one of them has the
 * number that CPUID gives, too. */
const char *a_device_is_read_uncached(void)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  const uint32_t permissions = PAGE_WRITE | PAGE_UNCACHED | PAGE_UNOWNED;
  struct cpuid features = cpuid(1);
  uint64_t base = (features.d & 1u << 9) != 0 ? read_msr(MSR_APIC_BASE) : 0;
  if ((base & 0xC00) != 0x800) { /* enabled, and not in the mode that has no registers in memory */
    return "SKIP no local APIC in memory";
  }
  frame_t device = (frame_t)(base / FRAME_SIZE);
  if (pagetable_map(s, SCRATCH, device, 1, permissions) != STATUS_OK) {
    return "not mapped";
  }
  bool typed = is_typed(1, permissions, TYPE_UNCACHED);
  uint32_t number = *(volatile uint32_t *)(SCRATCH + APIC_ID) >> 24;
  uint32_t version = *(volatile uint32_t *)(SCRATCH + APIC_VERSION) & 0xFFu;
  bool gone = pagetable_unmap(s, SCRATCH, 1, &was, &owed) == STATUS_OK && was.frame == device &&
              was.permissions == permissions && was.accessed && !was.dirty;
  settle(&owed);
  print("# local APIC at %x, number %u, version %x\n", (uint64_t)device * FRAME_SIZE,
        (uint64_t)number, (uint64_t)version);
  if (!typed || !gone) {
    return typed ? "not unmapped as it was mapped" : "not uncached";
  }
  return number == features.b >> 24 && version >> 4 == 1 ? 0
                                                         : "not what the device's registers hold";
}
