/* A firmware map asked frame by frame, boot_alloc frame by frame, and a sorted set. */
#include "model.h"

/* The last byte of an entry that is not empty: it never reaches beyond the last address. */
static uint64_t last_of(const struct memmap_entry *e)
{
  uint64_t room = UINT64_MAX - e->base; /* bytes after the first */
  return e->base + (e->length - 1 < room ? e->length - 1 : room);
}

static bool touches(const struct memmap_entry *e, uint64_t first, uint64_t last)
{
  return e->length != 0 && e->base <= last && last_of(e) >= first;
}

/* Goes through the frame's bytes from the first on, each time to the end of an entry of RAM that holds the
 * byte reached. */
static bool all_ram(const struct model_map *map, uint64_t first, uint64_t last)
{
  uint64_t at = first;
  for (uint32_t i = 0; i < map->nentries; i++) {
    const struct memmap_entry *e = &map->entries[i];
    if (e->type != MEMMAP_USABLE || !touches(e, at, at))
      continue;
    if (last_of(e) >= last)
      return true;
    at = last_of(e) + 1;
    i = UINT32_MAX; /* from the first entry again */
  }
  return false;
}

bool model_usable(const struct model_map *map, uint64_t frame)
{
  uint64_t first = frame * FRAME_SIZE;
  uint64_t last = first + (FRAME_SIZE - 1);
  for (uint32_t i = 0; i < map->nentries; i++)
    if (map->entries[i].type != MEMMAP_USABLE && touches(&map->entries[i], first, last))
      return false;
  for (uint32_t i = 0; i < map->nreserved; i++)
    if (touches(&map->reserved[i], first, last))
      return false;
  return all_ram(map, first, last);
}

/* The k-th frame beside which usability can change: around the first and the last byte
 * of every entry. Frames of which there are too many to ask are asked for these alone. */
static uint64_t edge_frame(const struct model_map *map, uint32_t k)
{
  uint32_t i = k / 6;
  const struct memmap_entry *e =
      i < map->nentries ? &map->entries[i] : &map->reserved[i - map->nentries];
  uint64_t byte = k % 6 < 3 || e->length == 0 ? e->base : last_of(e);
  return byte / FRAME_SIZE + k % 3 - 1; /* may wrap: beyond any limit then */
}

/* How many frames to ask: all below limit, or the edges. */
static uint64_t asked_frames(const struct model_map *map, uint64_t limit)
{
  return limit <= MODEL_FRAMES ? limit : 6 * ((uint64_t)map->nentries + map->nreserved) + 1;
}

static uint64_t asked_frame(const struct model_map *map, uint64_t limit, uint64_t k)
{
  if (limit <= MODEL_FRAMES)
    return k;
  return k == 0 ? 0 : edge_frame(map, (uint32_t)(k - 1));
}

static bool asked_before(const struct model_map *map, uint64_t limit, uint64_t k)
{
  for (uint64_t j = 0; limit > MODEL_FRAMES && j < k; j++)
    if (asked_frame(map, limit, j) == asked_frame(map, limit, k))
      return true;
  return false;
}

enum status model_runs_status(const struct model_map *map, uint64_t limit, uint32_t capacity,
                              uint32_t *count)
{
  uint32_t starts = 0;
  if (map->nentries > MEMMAP_ENTRIES_MAX || map->nreserved > MEMMAP_RESERVATIONS_MAX)
    return STATUS_TOO_MANY_ENTRIES;
  if (limit > FRAMES_MAX)
    return STATUS_OUT_OF_RANGE;
  for (uint64_t k = 0; k < asked_frames(map, limit); k++) {
    uint64_t f = asked_frame(map, limit, k);
    bool start = f < limit && model_usable(map, f) && (f == 0 || !model_usable(map, f - 1));
    starts += start && !asked_before(map, limit, k);
  }
  *count = starts;
  if (starts == 0)
    return STATUS_NO_MEMORY;
  return starts <= capacity ? STATUS_OK : STATUS_NO_SPACE;
}

const char *model_runs_check(const struct model_map *map, uint64_t limit, const struct run *runs,
                             uint32_t nruns)
{
  for (uint32_t k = 0; k < nruns; k++) {
    if (runs[k].first >= runs[k].end || runs[k].end > limit)
      return "a run is empty or beyond the limit";
    if (k > 0 && runs[k - 1].end >= runs[k].first)
      return "runs are not sorted, disjoint and apart";
    if (limit > MODEL_FRAMES &&
        (!model_usable(map, runs[k].first) || !model_usable(map, runs[k].end - 1) ||
         (runs[k].end < limit && model_usable(map, runs[k].end))))
      return "a run does not end where usable frames end";
  }
  uint32_t k = 0;
  for (uint64_t a = 0; a < asked_frames(map, limit); a++) {
    uint64_t f = asked_frame(map, limit, a);
    if (f >= limit)
      continue;
    if (limit > MODEL_FRAMES)
      k = 0;
    while (k < nruns && runs[k].end <= f)
      k++;
    if ((k < nruns && runs[k].first <= f) != model_usable(map, f))
      return "a frame is in the runs though it is not usable, or the other way round";
  }
  return NULL;
}

enum status model_boot_init_status(const struct run *runs, uint32_t nruns)
{
  for (uint32_t k = 0; k < nruns; k++) {
    bool empty = runs[k].first >= runs[k].end;
    if (empty || (k > 0 && runs[k].first < runs[k - 1].end))
      return STATUS_BAD_ARGUMENT;
    if (runs[k].end > FRAMES_MAX)
      return STATUS_OUT_OF_RANGE;
  }
  return STATUS_OK;
}

void model_boot_init(struct model_boot *b, const struct run *runs, uint32_t nruns)
{
  for (uint32_t f = 0; f < b->touched; f++)
    b->run_of[f] = 0;
  b->touched = 0;
  b->nruns = nruns;
  for (uint32_t k = 0; k < nruns; k++) {
    for (uint64_t f = runs[k].first; f < runs[k].end; f++)
      b->run_of[f] = (uint16_t)(k + 1);
    b->end[k] = (uint32_t)runs[k].end;
    b->touched = b->end[k];
  }
}

/* Whether nframes frames from first on are left of the run that first lies in. */
static bool left_from(const struct model_boot *b, uint32_t first, uint64_t nframes)
{
  uint32_t run = b->run_of[first];
  return run != 0 && nframes <= b->end[run - 1] - first;
}

enum status model_boot_status(const struct model_boot *b, uint64_t nframes, uint64_t align,
                              uint32_t *first)
{
  if (nframes == 0 || align == 0)
    return STATUS_BAD_ARGUMENT;
  for (uint32_t f = 0; f < b->touched; f++)
    if (f % align == 0 && left_from(b, f, nframes)) {
      *first = f;
      return STATUS_OK;
    }
  return STATUS_OUT_OF_MEMORY;
}

void model_boot_take(struct model_boot *b, uint32_t first, uint32_t nframes)
{
  uint32_t run = b->run_of[first];
  for (uint32_t f = 0; f < first + nframes; f++)
    if (b->run_of[f] == run)
      b->run_of[f] = 0;
}

uint32_t model_boot_left(const struct model_boot *b, uint32_t run)
{
  uint32_t left = 0;
  for (uint32_t f = 0; f < b->touched; f++)
    left += b->run_of[f] == run + 1;
  return left;
}

/* How many members are below this. */
static uint32_t below(const struct model_set *set, uint64_t member)
{
  uint32_t i = 0;
  while (i < set->count && set->members[i] < member)
    i++;
  return i;
}

bool model_has(const struct model_set *set, uint64_t member)
{
  uint32_t i = below(set, member);
  return i < set->count && set->members[i] == member;
}

void model_add(struct model_set *set, uint64_t member)
{
  uint32_t at = below(set, member);
  if (model_has(set, member))
    return;
  for (uint32_t i = set->count; i > at; i--)
    set->members[i] = set->members[i - 1];
  set->members[at] = member;
  set->count++;
}

void model_remove(struct model_set *set, uint64_t member)
{
  uint32_t at = below(set, member);
  if (!model_has(set, member))
    return;
  set->count--;
  for (uint32_t i = at; i < set->count; i++)
    set->members[i] = set->members[i + 1];
}

uint64_t model_next(const struct model_set *set, uint64_t from)
{
  uint32_t i = below(set, from);
  return i < set->count ? set->members[i] : set->size;
}
