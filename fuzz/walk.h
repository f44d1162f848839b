/* What a processor makes of one entry of a page table. For each format it is written from the bits in the
 * processor's manual, and shares nothing with pte.h, which is under test. One walk_*.c is linked, as one pte.h is
 * included. */
#ifndef ASHLAR_WALK_H
#define ASHLAR_WALK_H

#include <stdbool.h>
#include <stdint.h>

/* An access reads, unless it writes or executes; it is the kernel's, unless a user's. */
#define WALK_WRITE 1u
#define WALK_EXECUTE 2u
#define WALK_USER 4u
/* The processor remembers the page as accessed, from before that was cleared, and so does not set it again. */
#define WALK_REMEMBERED 8u

#define WALK_OTHER_CACHING UINT32_MAX

enum walk_kind {
  WALK_ABSENT,
  WALK_REFUSED, /* a bit is set that must not be: every access faults */
  WALK_TABLE,
  WALK_PAGE
};

struct walk_entry {
  enum walk_kind kind;
  uint64_t frame;   /* the table's, or the first one of the page */
  bool global;      /* so is every page under it */
  uint32_t caching; /* of a page: 0, PAGE_UNCACHED or PAGE_WRITE_COMBINING, or WALK_OTHER_CACHING */
};

/* An entry of a table of this level (1 .. 5). */
struct walk_entry walk_decode(uint64_t entry, uint32_t level);

/* Whether an entry on the way, of this kind (table or page), lets an access through. */
bool walk_allows(uint64_t entry, enum walk_kind kind, uint32_t access);

/* The same entry after an access that was let through. */
uint64_t walk_touched(uint64_t entry, enum walk_kind kind, uint32_t access);

/* Whether the kernel may execute pages of users. It may read and write them. */
extern const bool walk_kernel_executes_user_pages;

/* For planting mistakes: what one frame is worth in an entry, and a bit that tells pages from tables. */
extern const uint64_t walk_one_frame;
extern const uint64_t walk_kind_bit;
/* And those of both memory types in a page's entry. */
extern const uint64_t walk_types;

#endif
