/* Ranges of pages: the model of pagetable's calls on many pages at once. It looks at the mappings that there are, never at
 * the pages of a range one by one: a range may have 2^44 of them. */
#include "model.h"

/* The pages of 4 KiB of a mapping, by their numbers. */
static uint64_t first_of(const struct model_spaces *s, const struct model_mapping *m)
{
  return model_page(s, m->address);
}

static uint64_t end_of(const struct model_spaces *s, const struct model_mapping *m)
{
  return first_of(s, m) + model_page_bytes(m->level) / PAGE_SIZE;
}

/* Whether a mapping has a page in a range. */
static bool is_in(const struct model_spaces *s, const struct model_mapping *m,
                  struct model_range range)
{
  uint64_t first = model_page(s, range.address);
  return m->space == range.space && first_of(s, m) < first + range.pages && end_of(s, m) > first;
}

enum status model_range_status(const struct model_spaces *s, struct model_range range)
{
  /* The addresses of one half have one highest bit, and so have their first and last one. */
  uint64_t half = (uint64_t)1 << (9 * s->levels - 1); /* pages */
  if (!model_canonical(s, range.address))
    return STATUS_NOT_CANONICAL;
  if (range.address % PAGE_SIZE != 0)
    return STATUS_MISALIGNED;
  if (range.pages == 0 || range.pages > half)
    return STATUS_OUT_OF_RANGE;
  uint64_t last = range.address + (range.pages * PAGE_SIZE - 1);
  bool beyond = !model_canonical(s, last) || last >> 63 != range.address >> 63;
  return beyond ? STATUS_OUT_OF_RANGE : STATUS_OK;
}

/* Whether a mapping has the pages on both sides of the place before a page. */
static bool is_cut(const struct model_spaces *s, uint32_t space, uint64_t page)
{
  bool cut = false;
  for (uint32_t i = 0; i < s->nmappings; i++) {
    const struct model_mapping *m = &s->mappings[i];
    cut = cut || (m->space == space && first_of(s, m) < page && end_of(s, m) > page);
  }
  return cut;
}

enum status model_change_range_status(const struct model_spaces *s, struct model_range range)
{
  enum status status = model_range_status(s, range);
  if (status != STATUS_OK)
    return status;
  uint64_t first = model_page(s, range.address);
  bool cut = is_cut(s, range.space, first) || is_cut(s, range.space, first + range.pages);
  return cut ? STATUS_LARGER_PAGE : STATUS_OK;
}

enum status model_protect_range_status(const struct model_spaces *s, struct model_range range,
                                       uint32_t permissions)
{
  enum status status = model_range_status(s, range);
  if (status == STATUS_OK)
    status = model_permission_status(s, range.space, permissions);
  if (status == STATUS_OK)
    status = model_change_range_status(s, range);
  for (uint32_t i = 0; i < s->nmappings && status == STATUS_OK; i++) {
    uint32_t changed = s->mappings[i].permissions ^ permissions;
    if (is_in(s, &s->mappings[i], range) && (changed & PAGE_UNOWNED))
      status = STATUS_BAD_PERMISSION;
  }
  return status;
}

/* Whether the frames of a page of this level, from this one on, are of one block in use. */
static bool is_one_block(const struct model_memory *m, uint64_t frame, uint32_t level)
{
  uint64_t last = frame + model_page_bytes(level) / FRAME_SIZE - 1;
  return model_in_use(m, frame) && model_in_use(m, last) && m->head[frame] == m->head[last];
}

uint32_t model_piece_level(const struct model_spaces *s, const struct model_job *job,
                           uint64_t after)
{
  uint32_t level = job->largest;
  for (; level > 1; level--) {
    uint64_t bytes = model_page_bytes(level);
    bool whole = bytes / PAGE_SIZE <= job->range.pages - after;
    bool aligned = (job->range.address + after * PAGE_SIZE) % bytes == 0 &&
                   (job->frame + after) * FRAME_SIZE % bytes == 0;
    if (whole && aligned &&
        (job->permissions & PAGE_UNOWNED || is_one_block(s->memory, job->frame + after, level)))
      break;
  }
  return level;
}

/* Whether a range may be mapped by what is asked alone. */
static enum status job_status(const struct model_spaces *s, const struct model_job *job)
{
  if (job->largest < 1 || job->largest > 3)
    return STATUS_BAD_LEVEL;
  enum status status = model_range_status(s, job->range);
  if (status == STATUS_OK)
    status = model_permission_status(s, job->range.space, job->permissions);
  uint64_t frames = job->permissions & PAGE_UNOWNED ? FRAMES_MAX : s->memory->nframes;
  if (status == STATUS_OK && (job->frame >= frames || job->range.pages > frames - job->frame))
    status = STATUS_OUT_OF_RANGE;
  return status;
}

/* Whether one page of it may be mapped, as far as that depends on no other page: frames for tables are counted for all. */
static enum status piece_status(struct model_spaces *s, const struct model_job *job,
                                uint64_t address, uint64_t frame, uint32_t level)
{
  enum status status =
      model_map_status(s, job->range.space, address, frame, level, job->permissions);
  bool found = status == STATUS_ALREADY_MAPPED || status == STATUS_LARGER_PAGE ||
               status == STATUS_SMALLER_PAGES;
  if (status == STATUS_OUT_OF_MEMORY)
    status = STATUS_OK;
  if ((status != STATUS_OK && !found) || job->permissions & PAGE_UNOWNED)
    return status;
  uint64_t references = s->memory->references[s->memory->head[frame]];
  return references + job->range.pages >= FRAME_REFERENCES_MAX ? STATUS_SATURATED : status;
}

struct model_plan model_plan(struct model_spaces *s, const struct model_job *job)
{
  struct model_plan plan = {job_status(s, job), 0, 0};
  uint64_t after = 0;
  while (plan.status == STATUS_OK && after < job->range.pages && plan.pages <= MODEL_MAPPINGS) {
    uint64_t address = job->range.address + after * PAGE_SIZE;
    uint64_t page = model_page(s, address);
    uint32_t level = model_piece_level(s, job, after);
    plan.status = piece_status(s, job, address, job->frame + after, level);
    plan.pages++;
    /* A table is counted with the first page that needs it. */
    for (uint32_t above = level; above < s->levels; above++) {
      uint64_t span = (uint64_t)1 << 9 * above;
      bool first = after == 0 || page / span != (page - 1) / span;
      plan.tables += first && model_table(s, job->range.space, above, address) == NULL;
    }
    after += model_page_bytes(level) / PAGE_SIZE;
  }
  if (plan.status == STATUS_OK && plan.tables > s->memory->free_frames)
    plan.status = STATUS_OUT_OF_MEMORY;
  return plan;
}

struct model_seen model_seen(const struct model_spaces *s, struct model_range range)
{
  struct model_seen seen = {0, PAGE_LEVELS, false, false};
  for (uint32_t i = 0; i < s->nmappings; i++) {
    const struct model_mapping *m = &s->mappings[i];
    if (!is_in(s, m, range))
      continue;
    seen.pages += model_page_bytes(m->level) / PAGE_SIZE;
    seen.level = seen.level > m->level ? m->level : seen.level;
    seen.accessed = seen.accessed || m->accessed;
    seen.dirty = seen.dirty || m->dirty;
  }
  return seen;
}

/* The frame of a page of a mapping. */
static uint64_t frame_of(const struct model_spaces *s, const struct model_mapping *m, uint64_t page)
{
  return m->frame + (page - first_of(s, m));
}

/* Whether a page is what so many pages after the first one of a run must be. */
static bool is_alike(struct model_spaces *s, uint32_t space, uint64_t page, struct model_run run,
                     uint64_t after)
{
  const struct model_mapping *m = model_mapping(s, space, model_page_address(s, page));
  if (!m || !run.mapped)
    return !m && !run.mapped;
  return frame_of(s, m, page) == run.frame + after && m->permissions == run.permissions;
}

struct model_run model_run(struct model_spaces *s, struct model_range range)
{
  uint64_t first = model_page(s, range.address);
  const struct model_mapping *at = model_mapping(s, range.space, range.address);
  struct model_run run = {range.pages, at != NULL, 0, 0};
  if (at) {
    run.frame = (uint32_t)frame_of(s, at, first);
    run.permissions = at->permissions;
  }
  /* Pages can be unlike those before them only where a mapping begins, and behind one. */
  for (uint32_t i = 0; i < s->nmappings; i++) {
    const struct model_mapping *m = &s->mappings[i];
    const uint64_t pages[2] = {first_of(s, m), end_of(s, m)};
    for (uint32_t k = 0; k < 2 && m->space == range.space; k++) {
      bool inside = pages[k] > first && pages[k] < first + run.pages;
      if (inside && !is_alike(s, range.space, pages[k], run, pages[k] - first))
        run.pages = pages[k] - first;
    }
  }
  return run;
}

static void owe(struct model_spaces *s, struct model_range range, uint32_t level)
{
  uint64_t first = model_page(s, range.address);
  model_owe_range(s, &s->flushes[range.space], first, range.pages, level);
}

void model_unmap_range(struct model_spaces *s, struct model_range range)
{
  struct model_seen seen = model_seen(s, range);
  /* By address: so tables go in that order, each with the last page that is under it. */
  uint32_t i = 0;
  while (i < s->nmappings) {
    if (is_in(s, &s->mappings[i], range))
      model_take_away(s, &s->mappings[i]); /* the next one is in its place then */
    else
      i++;
  }
  if (seen.pages > 0)
    owe(s, range, seen.level);
}

void model_protect_range(struct model_spaces *s, struct model_range range, uint32_t permissions)
{
  struct model_seen seen = model_seen(s, range);
  for (uint32_t i = 0; i < s->nmappings; i++)
    if (is_in(s, &s->mappings[i], range))
      s->mappings[i].permissions = permissions;
  if (seen.pages > 0)
    owe(s, range, seen.level);
}

void model_clear_range(struct model_spaces *s, struct model_range range)
{
  struct model_seen seen = model_seen(s, range);
  for (uint32_t i = 0; i < s->nmappings; i++)
    if (is_in(s, &s->mappings[i], range))
      model_clear_seen(&s->mappings[i]);
  if (seen.accessed || seen.dirty)
    owe(s, range, seen.level);
}
