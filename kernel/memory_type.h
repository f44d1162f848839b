/* Memory types: how the processor caches a page. An entry of the page tables names an entry of the page attribute
 * table, and that has the type. */
#ifndef ASHLAR_MEMORY_TYPE_H
#define ASHLAR_MEMORY_TYPE_H

#include <stdbool.h>
#include <stdint.h>

/* The types as the page attribute table encodes them. */
#define TYPE_WRITE_COMBINING 1u
#define TYPE_WRITE_BACK 6u
#define TYPE_UNCACHED                                                                              \
  7u /* the manuals' UC-: memory that an MTRR calls write-combining stays that */

/* Whether the processor has a page attribute table. */
bool has_memory_types(void);

/* The type in an entry (0 .. 7) of the page attribute table, which the processor must have. */
uint32_t memory_type(uint32_t entry);

/* Makes entry 1 of the page attribute table what PAGE_WRITE_COMBINING means by it (pte.h), and leaves the other
 * entries as they are; says so on the console when the processor has no such table. With interrupts off, while only
 * entry 0 is used by any page, and before CR4.PGE is set. */
void memory_types_start(void);

#endif
