/* Entries of x86_64, with 4 or 5 levels: Intel SDM vol. 3, 4.5 "4-level paging and 5-level paging", tables 4-15 to
 * 4-20; 11.12 "Page attribute table". IA32_EFER.NXE and CR0.WP are set, CR4.SMEP and CR4.SMAP are not. */
#include "walk.h"

#include "../core/page.h"

#define BIT(n) ((uint64_t)1 << (n))
#define PRESENT BIT(0)
#define WRITE BIT(1)
#define USER BIT(2)
#define WRITE_THROUGH BIT(3)
#define CACHE_DISABLE BIT(4)
#define ACCESSED BIT(5)
#define DIRTY BIT(6)
#define SMALL_PAT BIT(7)
#define LARGE BIT(7) /* above level 1 */
#define GLOBAL BIT(8)
#define LARGE_PAT BIT(12)
#define NO_EXECUTE BIT(63)

const bool walk_kernel_executes_user_pages = true;
const uint64_t walk_one_frame = BIT(12);
const uint64_t walk_kind_bit = LARGE;
const uint64_t walk_types = WRITE_THROUGH | CACHE_DISABLE;

/* By the entry of the page attribute table. The kernel sets entry 1 to write-combining; the core uses none beyond
 * entry 2. */
static uint32_t caching_of(uint64_t entry, uint64_t pat)
{
  static const uint32_t used[3] = {0, PAGE_WRITE_COMBINING, PAGE_UNCACHED};
  uint32_t index = (entry & WRITE_THROUGH ? 1u : 0u) + (entry & CACHE_DISABLE ? 2u : 0u) +
                   (entry & pat ? 4u : 0u);
  return index < 3 ? used[index] : WALK_OTHER_CACHING;
}

struct walk_entry walk_decode(uint64_t entry, uint32_t level)
{
  struct walk_entry found = {WALK_ABSENT, entry >> 12 & (BIT(40) - 1), false, 0};
  if (!(entry & PRESENT))
    return found;
  found.kind = level == 1 || (entry & LARGE) ? WALK_PAGE : WALK_TABLE;
  if (found.kind == WALK_TABLE)
    return found;
  found.global = (entry & GLOBAL) != 0;
  found.caching = caching_of(entry, level == 1 ? SMALL_PAT : LARGE_PAT);
  if (level > 1) {
    found.frame &= ~(LARGE_PAT >> 12);
    /* Bit 7 is reserved where no page is so large; so are the bits of the frame within a large page. */
    if (level > 3 || found.frame % BIT(9 * (level - 1)) != 0)
      found.kind = WALK_REFUSED;
  }
  return found;
}

/* Every entry on the way must allow it. */
bool walk_allows(uint64_t entry, enum walk_kind kind, uint32_t access)
{
  (void)kind;
  return !((access & WALK_WRITE) && !(entry & WRITE)) &&
         !((access & WALK_USER) && !(entry & USER)) &&
         !((access & WALK_EXECUTE) && (entry & NO_EXECUTE));
}

uint64_t walk_touched(uint64_t entry, enum walk_kind kind, uint32_t access)
{
  bool dirties = kind == WALK_PAGE && (access & WALK_WRITE);
  bool remembered = kind == WALK_PAGE && (access & WALK_REMEMBERED);
  return entry | (remembered ? 0 : ACCESSED) | (dirties ? DIRTY : 0);
}
