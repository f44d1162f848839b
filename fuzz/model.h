/* The reference model: what every call must answer, from first principles.
 *
 * It is written to be obviously right and shares nothing with the core but the
 * statuses and the constants of the interface. A physical memory is an array with an owner for
 * each frame; a free block of order o exists exactly if some aligned range of 2^o frames is
 * wholly free. An address space is a sorted list of pages of three sizes. A firmware map is asked
 * frame by frame. Where the core may choose (which block, which frame for a table) the model checks
 * that the choice is allowed and follows it.
 *
 * Functions named model_..._status predict and change nothing. Functions that return text
 * return null, or the name of the clause that was broken.
 */
#ifndef ASHLAR_MODEL_H
#define ASHLAR_MODEL_H

#include "../core/boot_alloc.h"
#include "../core/frame.h"
#include "../core/memmap.h"
#include "../core/page.h"
#include "ops.h"

#define MODEL_FRAMES OPS_FRAMES_MAX
#define MODEL_ORDERS 11u /* a block of 2^11 frames is more than MODEL_FRAMES */
#define MODEL_SPACES 4u
#define MODEL_MAPPINGS 2560u /* a page split is 512 */
#define MODEL_TABLES 512u
#define MODEL_MEMBERS 256u
#define MODEL_ENTRIES (MEMMAP_ENTRIES_MAX + 1)
#define MODEL_RESERVATIONS (MEMMAP_RESERVATIONS_MAX + 1)

/* --- A physical memory (buddy, frame) --- */

/* An allocated frame of the bare buddy has OWNER_KERNEL. */
struct model_memory {
  uint32_t nframes;
  uint32_t free_frames;
  uint8_t owner[MODEL_FRAMES];
  uint8_t order[MODEL_FRAMES]; /* of the block in use, in each of its frames */
  uint8_t flags[MODEL_FRAMES];
  uint16_t head[MODEL_FRAMES];       /* first frame of the block in use */
  uint32_t references[MODEL_FRAMES]; /* at the head */
  uint32_t held[MODEL_FRAMES];       /* at the head: references that mappings and tables hold */
  bool retired[MODEL_FRAMES];        /* a table that went, as long as its frame is in use */
  uint32_t before[MODEL_FRAMES];     /* what a retired one names as the one before it, or itself */
  /* free_in[o][i]: how many frames of the aligned range i of 2^o frames are free. */
  uint16_t free_in[MODEL_ORDERS][MODEL_FRAMES];
  uint32_t whole[MODEL_ORDERS]; /* aligned ranges of 2^o frames that are wholly free */
  uint32_t nblocks;             /* blocks in use, in no order: for choosing one */
  uint16_t blocks[MODEL_FRAMES];
  uint16_t block_at[MODEL_FRAMES]; /* where blocks holds a head */
};

/* All reserved. */
void model_memory_init(struct model_memory *m, uint32_t nframes);

enum status model_release_status(const struct model_memory *m, uint64_t first, uint64_t count);
enum status model_reserve_status(const struct model_memory *m, uint64_t first, uint64_t count);
enum status model_alloc_status(const struct model_memory *m, uint32_t order);
enum status model_alloc_at_status(const struct model_memory *m, uint64_t frame, uint32_t order);
enum status model_free_status(const struct model_memory *m, uint64_t frame, uint32_t order);

/* The whole run becomes free, or reserved with these flags. */
void model_set_free(struct model_memory *m, uint32_t first, uint32_t count);
void model_set_reserved(struct model_memory *m, uint32_t first, uint32_t count, uint32_t flags);

/* Makes frame .. frame + 2^order - 1 a block in use with one reference, if it may be one. */
const char *model_take(struct model_memory *m, uint64_t frame, uint32_t order, enum owner owner,
                       uint32_t flags);
/* The block in use at head is free again; or reserved, if it is poisoned. */
void model_give_back(struct model_memory *m, uint32_t head);
/* One reference less to the block in use at head; a saturated one stays. */
void model_put(struct model_memory *m, uint32_t head);

bool model_in_use(const struct model_memory *m, uint64_t frame);
bool model_is_table(const struct model_memory *m, uint64_t frame);
/* Free blocks of an order, maximally joined. */
uint64_t model_free_blocks(const struct model_memory *m, uint32_t order);
/* The block that holds frame, as buddy_find names it. */
void model_find(const struct model_memory *m, uint32_t frame, enum block_state *state,
                uint32_t *first, uint32_t *order);

enum status model_frames_release_status(const struct model_memory *m, uint64_t first,
                                        uint64_t count);
enum status model_frame_alloc_status(const struct model_memory *m, uint32_t order, uint32_t owner,
                                     uint32_t flags);
enum status model_get_status(const struct model_memory *m, uint64_t frame);
enum status model_put_status(const struct model_memory *m, uint64_t frame);
enum status model_set_flags_status(const struct model_memory *m, uint64_t frame, uint32_t set,
                                   uint32_t clear);
/* Flags of the block that holds a frame in use. */
void model_set_flags(struct model_memory *m, uint32_t frame, uint32_t flags);
void model_poison(struct model_memory *m, uint32_t frame);

/* --- Address spaces (pagetable) --- */

/* Pages have the size of a level: 4 KiB (1), 2 MiB (2) or 1 GiB (3). */
struct model_mapping {
  uint64_t address;
  uint32_t space;
  uint32_t level;
  uint32_t frame; /* the first one */
  uint32_t permissions;
  bool accessed;
  bool dirty;
  bool remembered; /* accessed was cleared: until a flush, the processor may take it for set */
};

struct model_table {
  uint64_t prefix; /* of the addresses it decides for */
  uint32_t space;
  uint32_t level;
  uint32_t frame;
};

/* What is to be flushed. Pages have numbers of all bits that the tables translate. */
struct model_flush {
  uint64_t first; /* number of the first page of 4 KiB */
  uint64_t pages;
  uint32_t level; /* the size of the smallest page */
  bool tables;    /* whether tables went; then the last one's frame */
  uint32_t table;
};

struct model_spaces {
  struct model_memory *memory;
  uint32_t levels; /* of tables: the root is of this one */
  bool alive[MODEL_SPACES];
  bool write_execute[MODEL_SPACES]; /* whether a page may be both */
  struct model_flush flushes[MODEL_SPACES];
  uint32_t nmappings;
  struct model_mapping mappings[MODEL_MAPPINGS + 1]; /* by space, then by address */
  uint32_t ntables;
  struct model_table tables[MODEL_TABLES];
};

/* Address spaces with tables of 3 to 5 levels. */
void model_spaces_init(struct model_spaces *s, struct model_memory *memory, uint32_t levels);
bool model_canonical(const struct model_spaces *s, uint64_t address);
/* Bytes of a page of a level (1 .. 3). */
uint64_t model_page_bytes(uint32_t level);
/* The mapping of the page that holds address, whatever its size, or null. */
struct model_mapping *model_mapping(struct model_spaces *s, uint32_t space, uint64_t address);
/* The table of a level that decides for address, or null. */
const struct model_table *model_table(const struct model_spaces *s, uint32_t space, uint32_t level,
                                      uint64_t address);
/* Entries in use of a table. */
uint32_t model_live(const struct model_spaces *s, const struct model_table *table);
/* How many tables there must be, and are not, for a page of a level at address. */
uint32_t model_missing_tables(const struct model_spaces *s, uint32_t space, uint64_t address,
                              uint32_t level);

enum status model_map_status(struct model_spaces *s, uint32_t space, uint64_t address,
                             uint64_t frame, uint32_t level, uint32_t permissions);
enum status model_unmap_status(struct model_spaces *s, uint32_t space, uint64_t address,
                               uint32_t level);
enum status model_protect_status(struct model_spaces *s, uint32_t space, uint64_t address,
                                 uint32_t level, uint32_t permissions);
enum status model_clear_status(struct model_spaces *s, uint32_t space, uint64_t address,
                               uint32_t level);
enum status model_split_status(struct model_spaces *s, uint32_t space, uint64_t address,
                               uint32_t level);
enum status model_merge_status(struct model_spaces *s, uint32_t space, uint64_t address,
                               uint32_t level);
enum status model_query_status(struct model_spaces *s, uint32_t space, uint64_t address);
/* Whether a page of this space may have these permissions. */
enum status model_permission_status(const struct model_spaces *s, uint32_t space,
                                    uint32_t permissions);

/* frame became the table of a level for address; the root is of level s->levels. */
const char *model_add_table(struct model_spaces *s, uint32_t space, uint32_t level,
                            uint64_t address, uint64_t frame);
/* The page is mapped; its tables are all there. */
void model_map(struct model_spaces *s, uint32_t space, uint64_t address, uint32_t frame,
               uint32_t level, uint32_t permissions);
/* The number of the page of 4 KiB that holds an address, and the canonical address of a page. */
uint64_t model_page(const struct model_spaces *s, uint64_t address);
uint64_t model_page_address(const struct model_spaces *s, uint64_t page);
/* So many pages from the first on, in pieces of a level, have to be flushed too. */
void model_owe_range(const struct model_spaces *s, struct model_flush *flush, uint64_t first,
                     uint64_t pages, uint32_t pieces);
/* The page of a level at address, in pieces of another level, has to be flushed too. */
void model_owe(const struct model_spaces *s, struct model_flush *flush, uint64_t address,
               uint32_t level, uint32_t pieces);
/* The mapping goes, and the tables that are empty then retire: their frames stay in use until a flush is done. */
void model_unmap(struct model_spaces *s, struct model_mapping *mapping);
/* The same, but for what has to be flushed. */
void model_take_away(struct model_spaces *s, struct model_mapping *mapping);
void model_protect(struct model_spaces *s, struct model_mapping *mapping, uint32_t permissions);
/* Accessed and dirty go. If either was set, the page has to be flushed, and the processor may
 * remember it as accessed until then. */
void model_clear(struct model_spaces *s, struct model_mapping *mapping);
/* The same, but for what has to be flushed. */
void model_clear_seen(struct model_mapping *mapping);
/* The mapping becomes 512 of the level below, the first of which is then where it was; their table is there. */
void model_split(struct model_spaces *s, struct model_mapping *mapping);
/* The 512 mappings from address on become one of this level; their table retires. */
void model_merge(struct model_spaces *s, uint32_t space, uint64_t address, uint32_t level);
/* The space's flush is done: the table that it names is given back, and so are those that went before it, up to one
 * that is not retired. Nothing is to be flushed then. */
void model_flushed(struct model_spaces *s, uint32_t space);
/* Its flush has been done. */
void model_destroy(struct model_spaces *s, uint32_t space);

/* --- Ranges of pages (pagetable_..._range) --- */

/* So many pages of 4 KiB from an address on. */
struct model_range {
  uint32_t space;
  uint64_t address;
  uint64_t pages;
};

/* What is mapped in a range. */
struct model_seen {
  uint64_t pages; /* of 4 KiB */
  uint32_t level; /* the size of the smallest page, if there is any */
  bool accessed;
  bool dirty;
};

/* Pages that translate alike. */
struct model_run {
  uint64_t pages;
  bool mapped;
  uint32_t frame; /* of the first page, if they are mapped */
  uint32_t permissions;
};

/* A range that is to be mapped, from a frame on. */
struct model_job {
  struct model_range range;
  uint64_t frame;
  uint32_t largest; /* no page is of a higher level */
  uint32_t permissions;
};

/* What comes of it: if STATUS_OK, the pages of any size and the tables that it takes. */
struct model_plan {
  enum status status;
  uint32_t pages;
  uint32_t tables;
};

/* Whether a page begins at the address, and as many are left from there to the end of its half. */
enum status model_range_status(const struct model_spaces *s, struct model_range range);
/* And whether no page reaches over an end of the range. */
enum status model_change_range_status(const struct model_spaces *s, struct model_range range);
/* And whether every page there may have these permissions. */
enum status model_protect_range_status(const struct model_spaces *s, struct model_range range,
                                       uint32_t permissions);

/* The level of the page that is to begin so many pages after the first one: the largest that fits. */
uint32_t model_piece_level(const struct model_spaces *s, const struct model_job *job,
                           uint64_t after);
/* What is to come of a range that is to be mapped. It is given up, with STATUS_OK, when there are more pages than mappings may be. */
struct model_plan model_plan(struct model_spaces *s, const struct model_job *job);

/* What is mapped in a range that no page reaches over. */
struct model_seen model_seen(const struct model_spaces *s, struct model_range range);
/* As many pages of the range, from its first on, as translate alike. */
struct model_run model_run(struct model_spaces *s, struct model_range range);
/* All pages in the range; the range itself has to be flushed, if there was any. */
void model_unmap_range(struct model_spaces *s, struct model_range range);
void model_protect_range(struct model_spaces *s, struct model_range range, uint32_t permissions);
/* Here if any was accessed or dirty. */
void model_clear_range(struct model_spaces *s, struct model_range range);

/* --- A firmware map (memmap, boot_alloc) --- */

struct model_map {
  const struct memmap_entry *entries;
  uint32_t nentries;
  const struct memmap_entry *reserved;
  uint32_t nreserved;
};

bool model_usable(const struct model_map *map, uint64_t frame);
/* What memmap_runs must answer; *count is the number of runs if that is STATUS_OK. */
enum status model_runs_status(const struct model_map *map, uint64_t limit, uint32_t capacity,
                              uint32_t *count);
/* Whether these are the maximal runs of usable frames below limit. */
const char *model_runs_check(const struct model_map *map, uint64_t limit, const struct run *runs,
                             uint32_t nruns);

struct model_boot {
  uint32_t nruns;
  uint16_t run_of[MODEL_FRAMES]; /* 1 + the run that a frame not handed out lies in, or 0 */
  uint32_t end[MODEL_RESERVATIONS + MODEL_ENTRIES]; /* of each run */
  uint32_t touched;                                 /* frames from here on are 0 in run_of */
};

enum status model_boot_init_status(const struct run *runs, uint32_t nruns);
/* Runs that end at or below MODEL_FRAMES. */
void model_boot_init(struct model_boot *b, const struct run *runs, uint32_t nruns);
/* What boot_alloc must answer; *first if that is STATUS_OK. Changes nothing. */
enum status model_boot_status(const struct model_boot *b, uint64_t nframes, uint64_t align,
                              uint32_t *first);
/* nframes frames from first on are handed out, and those of their run below them lost. */
void model_boot_take(struct model_boot *b, uint32_t first, uint32_t nframes);
/* How many frames of a run are left: they are its last ones. */
uint32_t model_boot_left(const struct model_boot *b, uint32_t run);

/* --- A set (bitset) --- */

struct model_set {
  uint64_t size;
  uint32_t count;
  uint64_t members[MODEL_MEMBERS]; /* ascending */
};

bool model_has(const struct model_set *set, uint64_t member);
void model_add(struct model_set *set, uint64_t member);
void model_remove(struct model_set *set, uint64_t member);
uint64_t model_next(const struct model_set *set, uint64_t from);

#endif
