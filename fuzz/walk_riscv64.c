/* Entries of riscv64: The RISC-V Instruction Set Manual, volume II, "Sv32: Virtual Address Translation Process" (for
 * all of them), "Sv39", "Sv48", "Svpbmt". The processor has Svpbmt and not Svnapot, and sets accessed and dirty
 * by itself; sstatus.SUM is set, sstatus.MXR is not. */
#include "walk.h"

#include "../core/page.h"

#define BIT(n) ((uint64_t)1 << (n))
#define VALID BIT(0)
#define READ BIT(1)
#define WRITE BIT(2)
#define EXECUTE BIT(3)
#define USER BIT(4)
#define GLOBAL BIT(5)
#define ACCESSED BIT(6)
#define DIRTY BIT(7)
#define RESERVED ((uint64_t)0x7F << 54)
#define MEMORY_TYPE(entry) ((uint32_t)((entry) >> 61 & 3))
#define NAPOT BIT(63)

const bool walk_kernel_executes_user_pages = false; /* whatever SUM says */
const uint64_t walk_one_frame = BIT(10);
const uint64_t walk_kind_bit = READ;
const uint64_t walk_types = (uint64_t)3 << 61;

/* Whether a valid entry has bits that it must not have. */
static bool refused(uint64_t entry, uint32_t level, bool page, uint64_t frame)
{
  if ((entry & (RESERVED | NAPOT)) || MEMORY_TYPE(entry) == 3)
    return true;
  if ((entry & WRITE) && !(entry & READ))
    return true;
  if (page)
    return frame % BIT(9 * (level - 1)) != 0;
  return level == 1 || (entry & (USER | ACCESSED | DIRTY)) || MEMORY_TYPE(entry) != 0;
}

struct walk_entry walk_decode(uint64_t entry, uint32_t level)
{
  static const uint32_t types[4] = {0, PAGE_WRITE_COMBINING, PAGE_UNCACHED, WALK_OTHER_CACHING};
  struct walk_entry found = {WALK_ABSENT, entry >> 10 & (BIT(44) - 1), false, 0};
  if (!(entry & VALID))
    return found;
  bool page = (entry & (READ | EXECUTE)) != 0;
  found.kind = page ? WALK_PAGE : WALK_TABLE;
  found.global = (entry & GLOBAL) != 0;
  found.caching = types[MEMORY_TYPE(entry)];
  if (refused(entry, level, page, found.frame))
    found.kind = WALK_REFUSED;
  return found;
}

/* The page's own entry decides alone. */
bool walk_allows(uint64_t entry, enum walk_kind kind, uint32_t access)
{
  bool reads = !(access & (WALK_WRITE | WALK_EXECUTE));
  if (kind == WALK_TABLE)
    return true;
  if (entry & USER ? !(access & WALK_USER) && (access & WALK_EXECUTE) : access & WALK_USER)
    return false;
  return !(reads && !(entry & READ)) && !((access & WALK_WRITE) && !(entry & WRITE)) &&
         !((access & WALK_EXECUTE) && !(entry & EXECUTE));
}

uint64_t walk_touched(uint64_t entry, enum walk_kind kind, uint32_t access)
{
  if (kind == WALK_TABLE)
    return entry;
  return entry | (access & WALK_REMEMBERED ? 0 : ACCESSED) | (access & WALK_WRITE ? DIRTY : 0);
}
