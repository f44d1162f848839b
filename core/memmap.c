#include "memmap.h"

/* What an address is judged by: the firmware's entries and the reservations. */
struct lists {
  const struct memmap_entry *map;
  uint32_t nmap;
  const struct memmap_entry *reserved;
  uint32_t nreserved;
};

/* The runs found so far. */
struct output {
  struct run *runs;
  uint32_t capacity;
  uint32_t count;
  uint64_t frame_limit;
};

/* The last byte of an entry that is not empty, clipped so that it does not wrap. */
static uint64_t last_byte(const struct memmap_entry *entry)
{
  uint64_t rest = entry->length - 1;
  return rest > UINT64_MAX - entry->base ? UINT64_MAX : entry->base + rest;
}

static bool contains(const struct memmap_entry *entry, uint64_t address)
{
  return entry->length > 0 && entry->base <= address && address <= last_byte(entry);
}

/* Whether the byte at address is RAM that nothing else claims. */
static bool usable(const struct lists *lists, uint64_t address)
{
  bool ram = false;
  for (uint32_t i = 0; i < lists->nmap; i++) {
    if (!contains(&lists->map[i], address))
      continue;
    if (lists->map[i].type != MEMMAP_USABLE)
      return false;
    ram = true;
  }
  if (!ram)
    return false;
  for (uint32_t i = 0; i < lists->nreserved; i++)
    if (contains(&lists->reserved[i], address))
      return false;
  return true;
}

/* The last byte from address on before any of these entries starts or ends; at most end. */
static uint64_t stretch_in(const struct memmap_entry *entries, uint32_t count, uint64_t address,
                           uint64_t end)
{
  for (uint32_t i = 0; i < count; i++) {
    if (entries[i].length == 0)
      continue;
    uint64_t last = last_byte(&entries[i]);
    if (address < entries[i].base) {
      if (entries[i].base - 1 < end)
        end = entries[i].base - 1;
    } else if (address <= last && last < end) {
      end = last;
    }
  }
  return end;
}

/* Between two boundaries nothing changes: the last byte of the stretch that starts at
 * address and in which every byte is as usable as the first. */
static uint64_t stretch_end(const struct lists *lists, uint64_t address)
{
  uint64_t end = stretch_in(lists->map, lists->nmap, address, UINT64_MAX);
  return stretch_in(lists->reserved, lists->nreserved, address, end);
}

/* Appends the whole frames of the usable bytes first .. last, if there are any. */
static bool append(struct output *output, uint64_t first, uint64_t last)
{
  uint64_t begin = first / FRAME_SIZE + (first % FRAME_SIZE != 0);
  uint64_t end = last / FRAME_SIZE + (last % FRAME_SIZE == FRAME_SIZE - 1);
  if (end > output->frame_limit)
    end = output->frame_limit;
  if (begin >= end)
    return true;
  if (output->count == output->capacity)
    return false;
  output->runs[output->count].first = begin;
  output->runs[output->count].end = end;
  output->count++;
  return true;
}

/* Walks all stretches, lowest first, and appends each maximal usable range of bytes. */
static bool collect(const struct lists *lists, struct output *output)
{
  uint64_t address = 0;
  uint64_t first = 0;
  bool open = false; /* first .. address - 1 is usable */
  for (;;) {
    uint64_t end = stretch_end(lists, address);
    bool good = usable(lists, address);
    if (good && !open)
      first = address;
    if (!good && open && !append(output, first, address - 1))
      return false;
    open = good;
    if (end == UINT64_MAX)
      return !open || append(output, first, UINT64_MAX);
    address = end + 1;
  }
}

enum status memmap_runs(const struct memmap_entry *map, uint32_t nmap,
                        const struct memmap_entry *reserved, uint32_t nreserved,
                        uint64_t frame_limit, struct run *runs, uint32_t capacity, uint32_t *nruns)
{
  struct lists lists = {map, nmap, reserved, nreserved};
  struct output output = {runs, capacity, 0, frame_limit};
  if (nmap > MEMMAP_ENTRIES_MAX || nreserved > MEMMAP_RESERVATIONS_MAX)
    return STATUS_TOO_MANY_ENTRIES;
  if (frame_limit > FRAMES_MAX)
    return STATUS_OUT_OF_RANGE;
  if (!collect(&lists, &output))
    return STATUS_NO_SPACE;
  if (output.count == 0)
    return STATUS_NO_MEMORY;
  *nruns = output.count;
  return STATUS_OK;
}
