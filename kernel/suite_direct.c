/* The direct map: all RAM, nothing else, each frame with exactly its permissions, in pages as large as can be. */
#include "memory.h"
#include "suite.h"
#include "trap.h"

static uint32_t permissions_of(uint64_t frame)
{
  struct run fixed = fixed_frames();
  bool read_only = frame >= fixed.first && frame < fixed.end;
  return (read_only ? 0 : PAGE_WRITE) | PAGE_GLOBAL | PAGE_UNOWNED;
}

/* Whether the page of this level with a frame in it could be in the direct map: wholly RAM of this run, and all
 * frames with the same permissions. */
static bool could_be(struct run ram, uint64_t frame, uint32_t level)
{
  uint64_t first = frame - frame % page_span(level), end = first + page_span(level);
  bool same = first >= ram.first && end <= ram.end;
  for (uint64_t f = first; same && f < end; f++) {
    same = permissions_of(f) == permissions_of(frame);
  }
  return same;
}

static bool is_shown(uint64_t frame)
{
  struct translation found;
  return pagetable_query(&memory.space, (uint64_t)frame_view(frame), &found) == STATUS_OK;
}

/* What is wrong with the pages of a run of RAM. */
static const char *wrong_pages(struct run ram)
{
  struct translation found;
  for (uint64_t f = ram.first; f < ram.end; f += page_span(found.level)) {
    if (pagetable_query(&memory.space, (uint64_t)frame_view(f), &found) != STATUS_OK ||
        found.frame != f) {
      return "RAM is not shown in its place";
    }
    if (f % page_span(found.level) != 0 || !could_be(ram, f, found.level)) {
      return "a page reaches beyond a border";
    }
    if (found.permissions != permissions_of(f)) {
      return "other permissions than the frame needs";
    }
    if (found.level < memory.largest && could_be(ram, f, found.level + 1)) {
      return "a larger page would fit";
    }
  }
  return 0;
}

/* The processor at the ends of a run of RAM, and of text and rodata: what it reads, and where it may not write. */
static const char *wrong_borders(void)
{
  uint64_t text = (uint64_t)text_start - IMAGE_BASE + DIRECT_MAP;
  uint64_t data = (uint64_t)data_start - IMAGE_BASE + DIRECT_MAP;
  volatile uint8_t *behind = (uint8_t *)data;
  for (uint32_t k = 0; k < memory.nram; k++) {
    uint64_t end = (uint64_t)frame_view(memory.ram[k].end);
    if (probe_read((uint64_t)frame_view(memory.ram[k].first)) != PROBE_DONE ||
        probe_read(end - 1) != PROBE_DONE || probe_read(end) != 0) {
      return "the processor does not see RAM end where it does";
    }
  }
  *behind = *behind; /* a fault where it is not writable */
  return probe_write(text) == 3 && probe_write(data - 1) == 3 ? 0 : "text or rodata is writable";
}

const char *direct_map_is_exact(void)
{
  const char *wrong = 0;
  for (uint32_t k = 0; wrong == 0 && k < memory.nram; k++) {
    struct run ram = memory.ram[k];
    wrong = wrong_pages(ram);
    if (wrong == 0 && (is_shown(ram.end) || (ram.first > 0 && is_shown(ram.first - 1)))) {
      wrong = "more than RAM is shown";
    }
  }
  return wrong != 0 ? wrong : wrong_borders();
}
