/* The boot suite: KTAP on the console. */
#ifndef ASHLAR_SUITE_H
#define ASHLAR_SUITE_H

#include <stdbool.h>
#include <stdint.h>

#include "pagetable.h"

/* Addresses for tests, the middle of the upper half: nothing is mapped there. With 5 levels they are canonical only with
 * those. */
#define SCRATCH (PAGETABLE_UPPER + PAGETABLE_HALF / 2)

/* The entry of this level that the processor meets on its way to address; those above it must point at tables. */
uint64_t table_entry(uint64_t address, uint32_t level);

/* Runs the test of this name (a word), or all when it is null; whether there is one and all passed. */
bool suite(const char *name);

/* Whether there is such a test. */
bool suite_has(const char *name);

/* Prints the names of the tests. */
void suite_list(void);

/* The tests of other files: null, or what went wrong. */
const char *exhaustion_and_return(void); /* suite_memory.c */
const char *bad_frees_are_refused(void);
const char *bad_puts_are_refused(void);
const char *bad_mappings_are_refused(void);
const char *aliases_share_a_frame(void);
const char *a_large_page_shows_its_block(void); /* suite_large.c */
const char *a_page_of_1_gib_shows_memory(void);
const char *pages_are_marked_when_used(void);
const char *marks_are_cleared_and_set_again(void);
const char *a_page_is_split_and_merged(void);
const char *a_page_of_1_gib_is_split_and_merged(void);
const char *a_table_that_went_waits_for_the_flush(void); /* suite_flush.c */
const char *a_flushed_page_shows_its_new_frame(void);
const char *one_flush_ends_many_unmaps(void);
const char *a_mapped_range_shows_its_frames(void); /* suite_range.c */
const char *a_range_is_gone_after_its_flush(void);
const char *a_protected_range_faults_when_written_to(void);
const char *a_range_is_cleared_and_marked_again(void);
const char *runs_of_the_kernels_pages_add_up(void);
const char *the_processor_walks_all_levels(void); /* suite_levels.c */
const char *addresses_between_the_halves_are_refused(void);
const char *pages_lie_at_the_ends_of_the_halves(void);
const char *one_flush_goes_over_the_hole(void);
const char *each_bit_of_an_address_counts(void);
const char *direct_map_is_exact(void);        /* suite_direct.c */
const char *processor_obeys_the_tables(void); /* suite_mmu.c */
const char *the_attribute_table_is_set(void); /* suite_type.c */
const char *pages_keep_their_memory_type(void);
const char *a_device_is_read_uncached(void);
const char *corpus_replay(void); /* suite_corpus.c */

#endif
