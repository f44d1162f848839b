#include "suite.h"

#include "command.h"
#include "console.h"
#include "memory.h"
#include "pte.h"
#include "trap.h"

/* A test gives null when it passed, SKIP... when it cannot run, else what went wrong. */
struct test {
  const char *name;
  const char *(*run)(void);
};

uint64_t table_entry(uint64_t address, uint32_t level)
{
  uint64_t table = memory.space.root, entry = 0;
  for (uint32_t l = PAGETABLE_LEVELS; l >= level; l--) {
    entry = ((volatile uint64_t *)frame_view(table))[address >> (12 + 9 * (l - 1)) & 511];
    table = pte_next(entry);
  }
  return entry;
}

static bool overlap(struct run a, struct run b)
{
  return a.first < b.end && b.first < a.end;
}

static void print_pages(void)
{
  uint64_t tables = 0;
  for (uint64_t f = 0; f < memory.frames.nframes; f++) {
    tables += memory.frames.records[f].owner >= OWNER_TABLE1;
  }
  print("# pages of 4 KiB %u, of 2 MiB %u, of 1 GiB %u%s, in %u tables\n", memory.pages[1],
        memory.pages[2], memory.pages[3], memory.largest < 3 ? " (the processor has none)" : "",
        tables);
}

static const char *map_is_sane(void)
{
  for (uint32_t k = 0; k < memory.nruns; k++) {
    struct run r = memory.runs[k];
    print("# usable %x .. %x\n", r.first * FRAME_SIZE, r.end * FRAME_SIZE);
    if (r.first > r.end || (k > 0 && memory.runs[k - 1].end > r.first)) {
      return "runs out of order";
    }
  }
  print("# buddy words %x .. %x, frame records %x .. %x\n", memory.words.first * FRAME_SIZE,
        memory.words.end * FRAME_SIZE, memory.records.first * FRAME_SIZE,
        memory.records.end * FRAME_SIZE);
  print("# frames %u, free %u\n", memory.frames.nframes, buddy_free_frames(&memory.frames.buddy));
  print_pages();
  return 0;
}

static const char *metadata_is_apart(void)
{
  struct run image = {(uint64_t)image_start / FRAME_SIZE,
                      ((uint64_t)image_end - IMAGE_BASE) / FRAME_SIZE};
  struct run m[3] = {memory.words, memory.records, image};
  for (uint32_t i = 0; i < 3; i++) {
    if (overlap(m[i], m[(i + 1) % 3])) {
      return "metadata overlap";
    }
    for (uint32_t k = 0; k < memory.nruns; k++) {
      if (overlap(m[i], memory.runs[k])) {
        return "metadata in a released run";
      }
    }
    for (uint64_t f = m[i].first; f < m[i].end; f++) {
      if (memory.frames.records[f].owner != OWNER_RESERVED) {
        return "metadata not reserved";
      }
    }
  }
  return 0;
}

/* Whatever lay in memory before the kernel came: the image, the start info, modules. */
static const char *boot_data_is_reserved(void)
{
  struct run run;
  for (uint32_t i = 0; i < memory.nkept; i++) {
    struct memmap_entry kept = memory.kept[i];
    if (kept.length != 0) {
      print("# boot data %x .. %x\n", kept.base, kept.base + kept.length);
    }
    if (frame_range(&memory.frames, kept.base, kept.length, &run) != STATUS_OK) {
      continue; /* nothing, or not in RAM */
    }
    for (uint64_t f = run.first; f < run.end; f++) {
      if (memory.frames.records[f].owner != OWNER_RESERVED) {
        return "a frame is not reserved";
      }
    }
  }
  return memory.nkept > 0 ? 0 : "nothing was kept";
}

static const char *parts_of_the_image_are_protected(void)
{
  static uint8_t code = 0xC3; /* a return instruction, in data */
  uint64_t text = (uint64_t)text_start, alias = text - IMAGE_BASE + DIRECT_MAP;
  if (probe_write(text) != 3 || probe_write(alias) != 3) {
    return "text can be written";
  }
  if (probe_write((uint64_t)rodata_start) != 3) {
    return "rodata can be written";
  }
  if (probe_execute((uint64_t)&code) != 17 || probe_execute(alias) != 17) {
    return "data can be executed";
  }
  if (probe_write((uint64_t)stack_guard) != 2 || probe_read((uint64_t)fault_guard) != 0) {
    return "a guard page is mapped";
  }
  return probe_read(0) == 0 && probe_execute(0) == 16 ? 0 : "null is mapped";
}

static const char *structures_are_sound(void)
{
  const char *broken = buddy_check(&memory.frames.buddy);
  broken = broken != 0 ? broken : frames_check(&memory.frames);
  return broken != 0 ? broken : pagetable_check(&memory.space);
}

static const struct test tests[] = {
    {"map_is_sane", map_is_sane},
    {"metadata_is_apart", metadata_is_apart},
    {"boot_data_is_reserved", boot_data_is_reserved},
    {"direct_map_is_exact", direct_map_is_exact},
    {"exhaustion_and_return", exhaustion_and_return},
    {"bad_frees_are_refused", bad_frees_are_refused},
    {"bad_puts_are_refused", bad_puts_are_refused},
    {"bad_mappings_are_refused", bad_mappings_are_refused},
    {"aliases_share_a_frame", aliases_share_a_frame},
    {"a_large_page_shows_its_block", a_large_page_shows_its_block},
    {"a_page_of_1_gib_shows_memory", a_page_of_1_gib_shows_memory},
    {"pages_are_marked_when_used", pages_are_marked_when_used},
    {"marks_are_cleared_and_set_again", marks_are_cleared_and_set_again},
    {"a_page_is_split_and_merged", a_page_is_split_and_merged},
    {"a_page_of_1_gib_is_split_and_merged", a_page_of_1_gib_is_split_and_merged},
    {"a_table_that_went_waits_for_the_flush", a_table_that_went_waits_for_the_flush},
    {"a_flushed_page_shows_its_new_frame", a_flushed_page_shows_its_new_frame},
    {"one_flush_ends_many_unmaps", one_flush_ends_many_unmaps},
    {"a_mapped_range_shows_its_frames", a_mapped_range_shows_its_frames},
    {"a_range_is_gone_after_its_flush", a_range_is_gone_after_its_flush},
    {"a_protected_range_faults_when_written_to", a_protected_range_faults_when_written_to},
    {"a_range_is_cleared_and_marked_again", a_range_is_cleared_and_marked_again},
    {"runs_of_the_kernels_pages_add_up", runs_of_the_kernels_pages_add_up},
    {"the_processor_walks_all_levels", the_processor_walks_all_levels},
    {"addresses_between_the_halves_are_refused", addresses_between_the_halves_are_refused},
    {"pages_lie_at_the_ends_of_the_halves", pages_lie_at_the_ends_of_the_halves},
    {"one_flush_goes_over_the_hole", one_flush_goes_over_the_hole},
    {"each_bit_of_an_address_counts", each_bit_of_an_address_counts},
    {"parts_of_the_image_are_protected", parts_of_the_image_are_protected},
    {"processor_obeys_the_tables", processor_obeys_the_tables},
    {"the_attribute_table_is_set", the_attribute_table_is_set},
    {"pages_keep_their_memory_type", pages_keep_their_memory_type},
    {"a_device_is_read_uncached", a_device_is_read_uncached},
    {"corpus_replay", corpus_replay},
    {"structures_are_sound", structures_are_sound},
};
#define TESTS (sizeof tests / sizeof tests[0])

void suite_list(void)
{
  for (uint64_t i = 0; i < TESTS; i++) {
    print("# %s\n", tests[i].name);
  }
}

bool suite_has(const char *name)
{
  for (uint64_t i = 0; i < TESTS; i++) {
    if (word_is(name, tests[i].name)) {
      return true;
    }
  }
  return false;
}

/* Runs one test and prints its line. Whether it did not fail. */
static bool pass(const struct test *test, uint64_t number)
{
  uint64_t before = buddy_free_frames(&memory.frames.buddy);
  const char *said = test->run();
  if (said == 0 && buddy_free_frames(&memory.frames.buddy) != before) {
    said = "free frames differ from before the test";
  }
  bool skip = said != 0 && said[0] == 'S' && said[1] == 'K' && said[2] == 'I';
  if (said == 0 || skip) {
    print("ok %u %s%s%s\n", number, test->name, skip ? " # " : "", skip ? said : "");
    return true;
  }
  print("# %s\nnot ok %u %s\n", said, number, test->name);
  return false;
}

bool suite(const char *name)
{
  bool passed = name == 0 || suite_has(name);
  uint64_t number = 0;
  print("KTAP version 1\n1..%u\n", name == 0 ? TESTS : (uint64_t)passed);
  if (!passed) {
    print("# there is no such test, only\n");
    suite_list();
  }
  for (uint64_t i = 0; i < TESTS; i++) {
    if (name == 0 || word_is(name, tests[i].name)) {
      number++;
      passed = pass(&tests[i], number) && passed;
    }
  }
  return passed;
}
