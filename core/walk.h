/* Layer 4, the numbers of a walk: which page an address lies in, and the page's index in its table of each level. */
#ifndef ASHLAR_WALK_H
#define ASHLAR_WALK_H

#include "pagetable.h"

/* The level of a root: how many levels of tables there are. Whoever knows it only from here is proved for 3, 4 and 5. */
/*@ assigns \nothing;
    ensures exact: \result == RootLevel;
    ensures range: 3 <= \result <= 5;
*/
static inline uint32_t root_level(void)
{
  return PAGETABLE_LEVELS;
}

/* All bits from the highest bit of a page number on are equal. */
/*@ assigns \nothing;
    ensures exact: \result <==> Canonical(address);
*/
static inline bool is_canonical(uint64_t address)
{
  return address < PAGETABLE_HALF || address >= PAGETABLE_UPPER;
}

/* The number of the page of 4 KiB that holds a canonical address: nine bits for each level. */
/*@ assigns \nothing;
    ensures exact: \result == PageOf(address);
    ensures page: Page(\result);
    ensures range: \result < 0x200000000000;
    ensures first: \forall integer k; PageLevel(k) && address % (PAGE_SIZE * Span(k)) == 0 ==> Offset(\result, k) == 0;
*/
static inline uint64_t page_of(uint64_t address)
{
  //@ assert large: address % (PAGE_SIZE * 512) == 0 ==> address / PAGE_SIZE % PAGETABLE_PAGES % 512 == 0;
  //@ assert huge: address % (PAGE_SIZE * 262144) == 0 ==> address / PAGE_SIZE % PAGETABLE_PAGES % 262144 == 0;
  return address / PAGE_SIZE % PAGETABLE_PAGES;
}

/* The page after so many from this one on, none beyond the last one there is. */
/*@ requires page: Page(page);
    assigns \nothing;
    ensures exact: \result == (page + pages < Pages ? page + pages : Pages);
    ensures room: \result <= 0x200000000000;
*/
static inline uint64_t end_of(uint64_t page, uint64_t pages)
{
  return pages < PAGETABLE_PAGES - page ? page + pages : PAGETABLE_PAGES;
}

/* The level of the lowest table that a page has in common with the page before it. */
/*@ requires page: Page(page) && page >= 1;
    assigns \nothing;
    ensures range: 1 <= \result <= RootLevel;
    ensures exact: \forall integer j; TableLevel(j) ==> (TableBefore(page, page, j) <==> \result <= j);
*/
static inline uint32_t shared_level(uint64_t page)
{
  return page % 512 != 0           ? 1
         : page % 262144 != 0      ? 2
         : page % 134217728 != 0   ? 3
         : page % 68719476736 != 0 ? 4
                                   : 5;
}

/* Whether there is a page of this number. */
/*@ assigns \nothing;
    ensures exact: \result <==> Page(number);
*/
static inline bool is_page(uint64_t number)
{
  return number < PAGETABLE_PAGES;
}

/* Pages of 4 KiB from this one to the end of its half of the addresses: a range of addresses cannot be longer. */
/*@ requires page: Page(page);
    assigns \nothing;
    ensures exact: \result == Room(page);
*/
static inline uint64_t room_of(uint64_t page)
{
  return page < PAGETABLE_PAGES / 2 ? PAGETABLE_PAGES / 2 - page : PAGETABLE_PAGES - page;
}

/* The first page after all that one entry of a table of this level stands for, on the way to this page. */
/*@ requires range: Page(page) && TableLevel(level);
    assigns \nothing;
    ensures exact: PageNext(page, level, \result);
    ensures bound: page < \result <= 0x200000000000;
*/
static inline uint64_t next_page(uint64_t page, uint32_t level)
{
  /* Divisions by constants, as in index_of. */
  return level == 1   ? page + 1
         : level == 2 ? (page / 512 + 1) * 512
         : level == 3 ? (page / 262144 + 1) * 262144
         : level == 4 ? (page / 134217728 + 1) * 134217728
                      : (page / 68719476736 + 1) * 68719476736;
}

/* Pages of 4 KiB in a page of this level (1 .. 3). */
/*@ requires range: PageLevel(level);
    assigns \nothing;
    ensures exact: \result == Span(level);
    ensures bound: 1 <= \result <= 262144;
*/
static inline uint32_t page_frames(uint32_t level)
{
  return level == 1 ? 1 : level == 2 ? 512 : 262144;
}

/* Where in the page of this level that holds it a page of 4 KiB stands; the same for frames. */
/*@ requires level: 1 <= level <= 3;
    assigns \nothing;
    ensures exact: \result == Offset(number, level);
    ensures bound: \result < Span(level);
*/
static inline uint32_t offset_in(uint64_t number, uint32_t level)
{
  /* Remainders by constants: one by page_frames(level) would be a division, in every map. */
  return (uint32_t)(level == 1 ? 0 : level == 2 ? number % 512 : number % 262144);
}

/* A page's index in its table of this level. */
/*@ requires range: Page(page) && TableLevel(level);
    assigns \nothing;
    ensures exact: \result == Digit(page, level);
    ensures range: \result < TABLE_ENTRIES;
*/
static inline uint32_t index_of(uint64_t page, uint32_t level)
{
  /* Divisions by constants, which provers know, as page >> (9 * (level - 1)) is not. */
  uint64_t prefix = level == 1   ? page
                    : level == 2 ? page / 512
                    : level == 3 ? page / 262144
                    : level == 4 ? page / 134217728
                                 : page / 68719476736;
  return (uint32_t)(prefix % TABLE_ENTRIES);
}

#endif
