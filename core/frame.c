#include "frame.h"
#include "reference.h"

/* The frames first .. first + count - 1 exist. */
/*@ requires \valid_read(&db->nframes);
    assigns \nothing;
    ensures exact: \result <==> first + count <= db->nframes;
*/
static bool in_range(const struct frames *db, uint64_t first, uint64_t count)
{
  return first <= db->nframes && count <= db->nframes - first;
}

/*@ assigns \nothing;
    ensures exact: \result <==> owner >= OWNER_KERNEL;
*/
static bool in_use(uint8_t owner)
{
  return owner >= OWNER_KERNEL;
}

/* Whether each frame of a run has this owner. */
/*@ requires layout: FramesLayout(db) && first + count <= db->nframes;
    assigns \nothing;
    ensures exact: \result <==> \forall integer f; first <= f < first + count ==> Owner(db, f) == owner;
*/
static bool run_owned(const struct frames *db, uint64_t first, uint64_t count, enum owner owner)
{
  /*@ loop invariant 0 <= k <= count;
      loop invariant \forall integer f; first <= f < first + k ==> Owner(db, f) == owner;
      loop assigns k;
      loop variant count - k;
  */
  for (uint64_t k = 0; k < count; k++) {
    if (db->records[first + k].owner != owner)
      return false;
  }
  return true;
}

/*@ requires layout: FramesLayout(db) && first + count <= db->nframes;
    assigns \nothing;
    ensures found: \result ==> \exists integer f; first <= f < first + count && Poisoned(db, f);
    ensures none: !\result ==> \forall integer f; first <= f < first + count ==> !Poisoned(db, f);
*/
static bool run_poisoned(const struct frames *db, uint64_t first, uint64_t count)
{
  /*@ loop invariant 0 <= k <= count;
      loop invariant \forall integer f; first <= f < first + k ==> !Poisoned(db, f);
      loop assigns k;
      loop variant count - k;
  */
  for (uint64_t k = 0; k < count; k++) {
    if ((db->records[first + k].flags & FRAME_POISONED) != 0)
      return true;
  }
  return false;
}

/*@ requires valid: \valid(record);
    assigns *record;
    ensures written: record->references == 0 && record->parent == parent && record->index == 0 && record->live == 0 &&
      record->owner == owner && record->order == order && record->flags == flags;
*/
static void set_record(struct frame *record, uint8_t owner, uint8_t order, uint8_t flags,
                       frame_t parent)
{
  record->references = 0;
  record->parent = parent;
  record->index = 0;
  record->live = 0;
  record->owner = owner;
  record->order = order;
  record->flags = flags;
  record->unused = 0;
}

/* The same record for a run of frames. */
/*@ requires memory: \valid_read(db) && \valid(db->records + (0 .. db->nframes - 1)) && first + count <= db->nframes;
    requires apart: \separated(db, db->records + (0 .. db->nframes - 1));
    requires size: db->nframes <= FRAMES_MAX;
    assigns db->records[first .. first + count - 1];
    ensures written: RunSet(db, first, first + count, owner, order, flags, parent);
    ensures poison: \forall integer f; first <= f < first + count ==> (Poisoned(db, f) <==> (flags & FRAME_POISONED) != 0);
    ensures others: SameOutside{Pre, Post}(db, first, first + count);
*/
static void set_run(struct frames *db, uint64_t first, uint64_t count, uint8_t owner, uint8_t order,
                    uint8_t flags, frame_t parent)
{
  /*@ loop invariant 0 <= k <= count;
      loop invariant written: RunSet(db, first, first + k, owner, order, flags, parent);
      loop assigns k, db->records[first .. first + count - 1];
      loop variant count - k;
  */
  for (uint64_t k = 0; k < count; k++) {
    set_record(&db->records[first + k], owner, order, flags, parent);
    //@ assert before_owners: \forall integer f; first <= f < first + k ==> Owner(db, f) == owner;
    //@ assert before_orders: \forall integer f; first <= f < first + k ==> Order(db, f) == order;
    //@ assert before_flags: \forall integer f; first <= f < first + k ==> Flags(db, f) == flags;
    //@ assert before_references: \forall integer f; first <= f < first + k ==> References(db, f) == 0;
    //@ assert before_parents: \forall integer f; first <= f < first + k ==> Parent(db, f) == parent;
    //@ assert before_indices: \forall integer f; first <= f < first + k ==> Index(db, f) == 0;
    //@ assert before_live: \forall integer f; first <= f < first + k ==> Live(db, f) == 0;
    //@ assert before: RunSet(db, first, first + k, owner, order, flags, parent);
    //@ assert this_bytes: Owner(db, first + k) == owner && Order(db, first + k) == order && Flags(db, first + k) == flags;
    //@ assert this_words: References(db, first + k) == 0 && Parent(db, first + k) == parent;
    //@ assert this_halves: Index(db, first + k) == 0 && Live(db, first + k) == 0;
  }
}

/* The same in a database, whose buddy it leaves alone. */
/*@ requires layout: FramesLayout(db) && BuddyValid(&db->buddy);
    requires managed: first + count <= db->nframes;
    assigns db->records[first .. first + count - 1];
    ensures layout: FramesLayout(db);
    ensures buddy: BuddyValid(&db->buddy);
    ensures frames: SameFrames{Pre, Post}(&db->buddy);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures written: RunSet(db, first, first + count, owner, order, flags, parent);
    ensures poison: \forall integer f; first <= f < first + count ==> (Poisoned(db, f) <==> (flags & FRAME_POISONED) != 0);
    ensures others: SameOutside{Pre, Post}(db, first, first + count);
*/
static void set_records(struct frames *db, uint64_t first, uint64_t count, uint8_t owner,
                        uint8_t order, uint8_t flags, frame_t parent)
{
  set_run(db, first, count, owner, order, flags, parent);
  //@ assert places: SamePlaces{Pre, Here}(db);
  //@ ghost lemma_numbers(&db->buddy);
  //@ assert same_set: SameBitset{Pre, Here}(&db->buddy.free);
  //@ assert same_words: SameBuddyWords{Pre, Here}(&db->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&db->buddy);
  //@ assert levels: BitsetLevels(&db->buddy.free);
  //@ assert memory: FramesMemory(db);
  //@ assert layout: FramesLayout(db);
  //@ assert buddy: BuddyValid(&db->buddy);
  //@ assert frames: SameFrames{Pre, Here}(&db->buddy);
}

/* The records of a run that holds no block in use, or one block as a whole, and whose frames
 * the buddy holds free or reserved by now. */
/*@ requires layout: FramesLayout(db) && BuddyValid(&db->buddy) && Records(db);
    requires managed: first + count <= db->nframes;
    requires idle: (owner == OWNER_FREE && flags == 0 && (flags & FRAME_POISONED) == 0) || (owner == OWNER_RESERVED && flags <= FRAME_POISONED);
    requires closed: \forall integer f; 0 <= f < db->nframes && InUse(db, f) ==>
      (first <= f < first + count <==> first <= BlockFirst(db, f) < first + count);
    requires inside: \forall integer f; first <= f < first + count ==>
      (owner == OWNER_FREE <==> FreeFrame(&db->buddy, f)) && (owner == OWNER_RESERVED <==> ReservedFrame(&db->buddy, f));
    requires outside: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + count) ==>
      (Owner(db, f) == OWNER_FREE <==> FreeFrame(&db->buddy, f)) && (Owner(db, f) == OWNER_RESERVED <==> ReservedFrame(&db->buddy, f));
    requires blocks: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + count) && InUse(db, f) &&
      BlockFirst(db, f) == f ==> Allocated(&db->buddy, f, Order(db, f));
    assigns db->records[first .. first + count - 1];
    ensures layout: FramesLayout(db);
    ensures buddy: BuddyValid(&db->buddy);
    ensures records: Records(db);
    ensures agree: FramesAgree(db);
    ensures frames: SameFrames{Pre, Post}(&db->buddy);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures written: RunSet(db, first, first + count, owner, 0, flags, 0);
    ensures others: SameOutside{Pre, Post}(db, first, first + count);
*/
static void set_idle(struct frames *db, uint64_t first, uint64_t count, uint8_t owner,
                     uint8_t flags)
{
  set_records(db, first, count, owner, 0, flags, 0);
  //@ assert same: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + count) ==> BlockFirst(db, f) == \at(BlockFirst(db, f), Pre);
  //@ assert idle_run: \forall integer f; first <= f < first + count ==> !InUse(db, f);
  //@ assert known: FramesKnown(db);
  //@ assert idle: FramesIdle(db);
  //@ assert clean: FramesClean(db);
  //@ assert inside: FramesInside(db);
  //@ assert first: FramesFirst(db);
  //@ assert counted: FramesCounted(db);
  //@ assert whole: FramesWhole(db);
  //@ assert tables: FramesTables(db);
  //@ assert agree_free: \forall integer f; 0 <= f < db->nframes ==> (Owner(db, f) == OWNER_FREE <==> FreeFrame(&db->buddy, f));
  //@ assert agree_reserved: \forall integer f; 0 <= f < db->nframes ==> (Owner(db, f) == OWNER_RESERVED <==> ReservedFrame(&db->buddy, f));
  //@ assert agree_blocks: \forall integer f; 0 <= f < db->nframes && InUse(db, f) && BlockFirst(db, f) == f ==> Allocated(&db->buddy, f, Order(db, f));
}

/* The records of a block that the buddy has just handed out, with its first reference. */
/*@ requires layout: FramesLayout(db) && BuddyValid(&db->buddy) && Records(db);
    requires order: order <= BUDDY_MAX_ORDER && first + Pow2(order) <= db->nframes;
    requires owner: OWNER_KERNEL <= owner <= OWNER_TABLE5 && (owner >= OWNER_TABLE1 ==> order == 0) && flags <= FRAME_FLAGS;
    requires free: \forall integer f; first <= f < first + Pow2(order) ==> Owner(db, f) == OWNER_FREE;
    requires inside: \forall integer f; first <= f < first + Pow2(order) ==>
      !FreeFrame(&db->buddy, f) && !ReservedFrame(&db->buddy, f);
    requires outside: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + Pow2(order)) ==>
      (Owner(db, f) == OWNER_FREE <==> FreeFrame(&db->buddy, f)) && (Owner(db, f) == OWNER_RESERVED <==> ReservedFrame(&db->buddy, f));
    requires blocks: \forall integer f; 0 <= f < db->nframes && InUse(db, f) && BlockFirst(db, f) == f ==>
      Allocated(&db->buddy, f, Order(db, f));
    requires block: Allocated(&db->buddy, first, order);
    assigns db->records[first .. first + Pow2(order) - 1];
    ensures layout: FramesLayout(db);
    ensures buddy: BuddyValid(&db->buddy);
    ensures records: Records(db);
    ensures agree: FramesAgree(db);
    ensures frames: SameFrames{Pre, Post}(&db->buddy);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures written: \forall integer f; first <= f < first + Pow2(order) ==>
      Owner(db, f) == owner && Order(db, f) == order && Flags(db, f) == flags && BlockFirst(db, f) == first;
    ensures references: References(db, first) == 1;
    ensures empty: order == 0 ==> Parent(db, first) == 0 && Index(db, first) == 0 && Live(db, first) == 0;
    ensures others: SameOutside{Pre, Post}(db, first, first + Pow2(order));
*/
static void set_block(struct frames *db, frame_t first, uint8_t order, uint8_t owner, uint8_t flags)
{
  set_records(db, first, order_frames(order), owner, order, flags, order == 0 ? 0 : first);
  //@ ghost Set: ;
  write_references(db, first, 1);
  //@ assert same_frames: SameFrames{Pre, Here}(&db->buddy);
  //@ assert same_reserved: \forall integer f; 0 <= f < db->nframes ==> (ReservedFrame(&db->buddy, f) <==> \at(ReservedFrame(&db->buddy, f), Pre));
  //@ ghost lemma_powers();
  //@ assert run_owner: \forall integer f; first <= f < first + Pow2(order) ==> InUse(db, f) && Owner(db, f) == owner;
  //@ assert run_block: \forall integer f; first <= f < first + Pow2(order) ==> Order(db, f) == order && Flags(db, f) == flags;
  //@ assert run_first: \forall integer f; first <= f < first + Pow2(order) ==> BlockFirst(db, f) == first;
  //@ assert outside: SameOutside{Pre, Here}(db, first, first + Pow2(order));
  //@ assert same: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + Pow2(order)) ==> BlockFirst(db, f) == \at(BlockFirst(db, f), Pre);
  //@ assert run: \forall integer f; first <= f < first + Pow2(order) ==> InUse(db, f) && BlockFirst(db, f) == first && Order(db, f) == order && Owner(db, f) == owner && Flags(db, f) == flags;
  //@ assert counted: \forall integer f; first < f < first + Pow2(order) ==> References(db, f) == 0;
  //@ assert known: FramesKnown(db);
  //@ assert idle: FramesIdle(db);
  //@ assert clean_free: \forall integer f; 0 <= f < db->nframes && Owner(db, f) == OWNER_FREE ==> Flags(db, f) == 0 && !Poisoned(db, f);
  //@ assert clean_reserved: \forall integer f; 0 <= f < db->nframes && Owner(db, f) == OWNER_RESERVED ==> Flags(db, f) <= FRAME_POISONED;
  //@ assert clean: FramesClean(db);
  //@ assert inside: FramesInside(db);
  //@ assert first: FramesFirst(db);
  //@ assert counted: FramesCounted(db);
  //@ assert whole: FramesWhole(db);
  //@ assert tables: FramesTables(db);
  //@ assert agree_free: \forall integer f; 0 <= f < db->nframes ==> (Owner(db, f) == OWNER_FREE <==> FreeFrame(&db->buddy, f));
  //@ assert agree_reserved: \forall integer f; 0 <= f < db->nframes ==> (Owner(db, f) == OWNER_RESERVED <==> ReservedFrame(&db->buddy, f));
  //@ assert agree_blocks: \forall integer f; 0 <= f < db->nframes && InUse(db, f) && BlockFirst(db, f) == f ==> Allocated(&db->buddy, f, Order(db, f));
}

/*@ requires memory: \valid_read(db) && \valid(db->records + (0 .. db->nframes - 1)) && first + count <= db->nframes;
    requires apart: \separated(db, db->records + (0 .. db->nframes - 1));
    requires size: db->nframes <= FRAMES_MAX;
    assigns db->records[first .. first + count - 1].flags;
    ensures written: \forall integer f; first <= f < first + count ==> Flags(db, f) == flags;
    ensures rest: SameButFlags{Pre, Post}(db);
    ensures others: SameOutside{Pre, Post}(db, first, first + count);
*/
static void set_run_flags(struct frames *db, uint64_t first, uint64_t count, uint8_t flags)
{
  /*@ loop invariant 0 <= k <= count;
      loop invariant written: \forall integer f; first <= f < first + k ==> Flags(db, f) == flags;
      loop invariant rest: SameButFlags{Pre, Here}(db);
      loop invariant others: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + k) ==>
        Flags(db, f) == \at(Flags(db, f), Pre);
      loop assigns k, db->records[first .. first + count - 1].flags;
      loop variant count - k;
  */
  for (uint64_t k = 0; k < count; k++)
    db->records[first + k].flags = flags;
}

/* The first records of a database: every frame is reserved. */
/*@ requires layout: FramesLayout(db) && BuddyValid(&db->buddy);
    requires taken: \forall integer f; 0 <= f < db->nframes ==> ReservedFrame(&db->buddy, f) && !FreeFrame(&db->buddy, f);
    assigns db->records[0 .. db->nframes - 1];
    ensures layout: FramesLayout(db);
    ensures buddy: BuddyValid(&db->buddy);
    ensures records: Records(db);
    ensures agree: FramesAgree(db);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures frames: SameFrames{Pre, Post}(&db->buddy);
    ensures reserved: \forall integer f; 0 <= f < db->nframes ==> Owner(db, f) == OWNER_RESERVED && !Poisoned(db, f);
*/
static void reserve_all(struct frames *db)
{
  set_records(db, 0, db->nframes, OWNER_RESERVED, 0, 0, 0);
  //@ assert clean: \forall integer f; 0 <= f < db->nframes ==> !Poisoned(db, f);
  //@ assert reserved: \forall integer f; 0 <= f < db->nframes ==> Owner(db, f) == OWNER_RESERVED;
  //@ assert idle: \forall integer f; 0 <= f < db->nframes ==> !InUse(db, f);
  //@ assert records: Records(db);
  //@ assert agree: FramesAgree(db);
}

enum status frames_init(struct frames *db, uint64_t nframes, uint64_t *words, uint64_t nwords,
                        struct frame *records, uint64_t nrecords)
{
  if (nframes == 0 || nframes > FRAMES_MAX)
    return STATUS_OUT_OF_RANGE;
  if (nrecords < nframes)
    return STATUS_NO_SPACE;
  enum status status = buddy_init(&db->buddy, nframes, words, nwords);
  if (status != STATUS_OK)
    return status;
  //@ ghost Made: ;
  db->records = records;
  db->nframes = nframes;
  //@ ghost lemma_numbers(&db->buddy);
  //@ assert same_set: SameBitset{Made, Here}(&db->buddy.free);
  //@ assert same_words: SameBuddyWords{Made, Here}(&db->buddy);
  //@ assert same_buddy: SameBuddy{Made, Here}(&db->buddy);
  //@ assert memory: BuddyMemory(&db->buddy);
  //@ assert made: BuddyValid(&db->buddy);
  //@ assert apart: \separated(FRAMES_MEMORY(db));
  //@ assert layout: FramesLayout(db);
  //@ assert taken: \forall integer f; 0 <= f < nframes ==> ReservedFrame(&db->buddy, f) && !FreeFrame(&db->buddy, f);
  reserve_all(db);
  //@ assert size: db->buddy.free_frames == 0;
  return STATUS_OK;
}

enum status frames_release(struct frames *db, uint64_t first, uint64_t count)
{
  if (!in_range(db, first, count))
    return STATUS_OUT_OF_RANGE;
  if (!run_owned(db, first, count, OWNER_RESERVED))
    return STATUS_NOT_RESERVED;
  if (run_poisoned(db, first, count))
    return STATUS_POISONED;
  //@ assert agreed: \forall integer f; first <= f < first + count ==> ReservedFrame(&db->buddy, f);
  //@ assert apart: \separated(&db->nframes, db->buddy.free.words + (0 .. db->buddy.free.nwords - 1)) && \separated(&db->nframes, db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
  //@ assert apart_buddy: \separated(&db->buddy.nframes, db->buddy.free.words + (0 .. db->buddy.free.nwords - 1)) && \separated(&db->buddy.nframes, db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
  //@ assert apart_counts: \separated(&db->nframes, db->buddy.count + (0 .. BUDDY_MAX_ORDER)) && \separated(&db->nframes, db->buddy.hint + (0 .. BUDDY_MAX_ORDER));
  enum status status = buddy_release(&db->buddy, first, count);
  //@ assert done: status == STATUS_OK;
  //@ assert size: db->nframes == \at(db->nframes, Pre);
  //@ assert places: SamePlaces{Pre, Here}(db);
  //@ assert same: SameRecords{Pre, Here}(db);
  //@ assert layout: FramesLayout(db);
  //@ assert kept: KeptRecords{Pre, Here}(db);
  //@ assert records: Records(db);
  //@ assert outside_free: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + count) ==> (Owner(db, f) == OWNER_FREE <==> FreeFrame(&db->buddy, f));
  //@ assert outside_reserved: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + count) ==> (Owner(db, f) == OWNER_RESERVED <==> ReservedFrame(&db->buddy, f));
  if (status == STATUS_OK)
    set_idle(db, first, count, OWNER_FREE, 0);
  //@ assert others: SameOutside{Pre, Here}(db, first, first + count);
  return status;
}

enum status frames_reserve(struct frames *db, uint64_t first, uint64_t count)
{
  if (!in_range(db, first, count))
    return STATUS_OUT_OF_RANGE;
  if (!run_owned(db, first, count, OWNER_FREE))
    return STATUS_NOT_FREE;
  //@ assert agreed: \forall integer f; first <= f < first + count ==> FreeFrame(&db->buddy, f);
  //@ assert apart: \separated(&db->nframes, db->buddy.free.words + (0 .. db->buddy.free.nwords - 1)) && \separated(&db->nframes, db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
  //@ assert apart_buddy: \separated(&db->buddy.nframes, db->buddy.free.words + (0 .. db->buddy.free.nwords - 1)) && \separated(&db->buddy.nframes, db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
  //@ assert apart_counts: \separated(&db->nframes, db->buddy.count + (0 .. BUDDY_MAX_ORDER)) && \separated(&db->nframes, db->buddy.hint + (0 .. BUDDY_MAX_ORDER));
  enum status status = buddy_reserve(&db->buddy, first, count);
  //@ assert done: status == STATUS_OK;
  //@ assert size: db->nframes == \at(db->nframes, Pre);
  //@ assert places: SamePlaces{Pre, Here}(db);
  //@ assert same: SameRecords{Pre, Here}(db);
  //@ assert layout: FramesLayout(db);
  //@ assert kept: KeptRecords{Pre, Here}(db);
  //@ assert records: Records(db);
  //@ assert outside_free: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + count) ==> (Owner(db, f) == OWNER_FREE <==> FreeFrame(&db->buddy, f));
  //@ assert outside_reserved: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + count) ==> (Owner(db, f) == OWNER_RESERVED <==> ReservedFrame(&db->buddy, f));
  if (status == STATUS_OK)
    set_idle(db, first, count, OWNER_RESERVED, 0);
  //@ assert others: SameOutside{Pre, Here}(db, first, first + count);
  return status;
}

enum status frame_alloc(struct frames *db, uint32_t order, enum owner owner, uint32_t flags,
                        frame_t *out)
{
  if (order > BUDDY_MAX_ORDER)
    return STATUS_BAD_ORDER;
  if (owner < OWNER_KERNEL || owner > OWNER_TABLE5)
    return STATUS_BAD_OWNER;
  if (owner >= OWNER_TABLE1 && order != 0)
    return STATUS_BAD_OWNER;
  if (flags > FRAME_FLAGS || (flags & FRAME_POISONED) != 0)
    return STATUS_BAD_ARGUMENT;
  //@ assert apart: \separated(&db->nframes, db->buddy.free.words + (0 .. db->buddy.free.nwords - 1)) && \separated(&db->nframes, db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
  //@ assert apart_buddy: \separated(&db->buddy.nframes, db->buddy.free.words + (0 .. db->buddy.free.nwords - 1)) && \separated(&db->buddy.nframes, db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
  //@ assert apart_counts: \separated(&db->nframes, db->buddy.count + (0 .. BUDDY_MAX_ORDER)) && \separated(&db->nframes, db->buddy.hint + (0 .. BUDDY_MAX_ORDER));
  enum status status = buddy_alloc(&db->buddy, order, out);
  //@ assert size: db->nframes == \at(db->nframes, Pre);
  //@ assert places: SamePlaces{Pre, Here}(db);
  //@ assert same: SameRecords{Pre, Here}(db);
  //@ assert layout: FramesLayout(db);
  //@ assert kept: KeptRecords{Pre, Here}(db);
  //@ assert records: Records(db);
  //@ assert agree_free: status != STATUS_OK ==> \forall integer f; 0 <= f < db->nframes ==> (Owner(db, f) == OWNER_FREE <==> FreeFrame(&db->buddy, f));
  //@ assert agree_reserved: status != STATUS_OK ==> \forall integer f; 0 <= f < db->nframes ==> (Owner(db, f) == OWNER_RESERVED <==> ReservedFrame(&db->buddy, f));
  //@ assert agree: status != STATUS_OK ==> FramesAgree(db);
  //@ assert refused: status != STATUS_OK ==> FramesValid(db);
  if (status != STATUS_OK)
    return status;
  frame_t first = *out;
  //@ assert free: \forall integer f; first <= f < first + Pow2(order) ==> Owner(db, f) == OWNER_FREE && \at(Owner(db, f), Pre) == OWNER_FREE;
  //@ assert clean: \forall integer f; first <= f < first + Pow2(order) ==> !\at(Poisoned(db, f), Pre);
  //@ assert out_apart: \separated(out, db->records + (0 .. db->nframes - 1));
  //@ assert out_block: \separated(out, db->records + (first .. first + Pow2(order) - 1));
  set_block(db, first, (uint8_t)order, (uint8_t)owner, (uint8_t)flags);
  //@ assert valid: FramesValid(db);
  //@ assert end_places: SamePlaces{Pre, Here}(db);
  //@ assert out: *out == first;
  //@ assert flags: \forall integer f; first <= f < first + Pow2(order) ==> Flags(db, f) == flags;
  //@ assert poison: \forall integer f; first <= f < first + Pow2(order) ==> !Poisoned(db, f);
  //@ assert others: SameOutside{Pre, Here}(db, first, first + Pow2(order));
  return STATUS_OK;
}

enum status frame_get(struct frames *db, frame_t frame)
{
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  if (db->records[frame].owner == OWNER_FREE)
    return STATUS_NOT_ALLOCATED;
  if (db->records[frame].owner == OWNER_RESERVED)
    return STATUS_RESERVED;
  frame_t first = frame_first(db, frame);
  //@ assert block: first < db->nframes && InUse(db, first) && BlockFirst(db, first) == first;
  uint32_t references = db->records[first].references;
  //@ assert counted: references >= 1;
  if (references == FRAME_REFERENCES_MAX)
    return STATUS_SATURATED;
  set_references(db, first, references + 1);
  return STATUS_OK;
}

/* The flags of the block that starts at first. */
/*@ requires valid: FramesValid(db);
    requires block: first < db->nframes && InUse(db, first) && BlockFirst(db, first) == first;
    requires known: flags <= FRAME_FLAGS;
    assigns db->records[first .. first + Pow2(Order(db, first)) - 1].flags;
    ensures layout: FramesLayout(db);
    ensures buddy: BuddyValid(&db->buddy);
    ensures records: Records(db);
    ensures agree: FramesAgree(db);
    ensures frames: SameFrames{Pre, Post}(&db->buddy);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures written: \forall integer f; first <= f < first + Pow2(Order(db, first)) ==> Flags(db, f) == flags;
    ensures rest: SameButFlags{Pre, Post}(db);
    ensures others: SameOutside{Pre, Post}(db, first, first + Pow2(Order(db, first)));
*/
static void set_flags(struct frames *db, frame_t first, uint8_t flags)
{
  //@ assert run: \forall integer f; first <= f < first + Pow2(Order(db, first)) ==> InUse(db, f);
  set_run_flags(db, first, order_frames(db->records[first].order), flags);
  //@ assert places: SamePlaces{Pre, Here}(db);
  //@ ghost lemma_numbers(&db->buddy);
  //@ assert same_buddy: SameBuddy{Pre, Here}(&db->buddy);
  //@ assert levels: BitsetLevels(&db->buddy.free);
  //@ assert memory: FramesMemory(db);
  //@ assert layout: FramesLayout(db);
  //@ assert buddy: BuddyValid(&db->buddy);
  //@ assert frames: SameFrames{Pre, Here}(&db->buddy);
  //@ assert owners: \forall integer f; 0 <= f < db->nframes ==> Owner(db, f) == \at(Owner(db, f), Pre);
  //@ assert orders: \forall integer f; 0 <= f < db->nframes ==> Order(db, f) == \at(Order(db, f), Pre);
  //@ assert tables: FramesTables(db);
  //@ assert same: \forall integer f; 0 <= f < db->nframes ==> BlockFirst(db, f) == \at(BlockFirst(db, f), Pre);
  //@ assert mine: \forall integer f; 0 <= f < db->nframes && InUse(db, f) && BlockFirst(db, f) == first ==> Flags(db, f) == flags;
  //@ assert outside: \forall integer f; 0 <= f < db->nframes && InUse(db, f) && BlockFirst(db, f) != first ==> !(first <= f < first + Pow2(Order(db, first)));
  //@ assert idle_run: \forall integer f; 0 <= f < db->nframes && !InUse(db, f) ==> Flags(db, f) == \at(Flags(db, f), Pre);
  //@ assert known: FramesKnown(db);
  //@ assert idle: FramesIdle(db);
  //@ assert clean_free: \forall integer f; 0 <= f < db->nframes && Owner(db, f) == OWNER_FREE ==> Flags(db, f) == 0 && !Poisoned(db, f);
  //@ assert clean_reserved: \forall integer f; 0 <= f < db->nframes && Owner(db, f) == OWNER_RESERVED ==> Flags(db, f) <= FRAME_POISONED;
  //@ assert clean: FramesClean(db);
  //@ assert inside: FramesInside(db);
  //@ assert first: FramesFirst(db);
  //@ assert counted: FramesCounted(db);
  //@ assert blocks: SameBlocks{Pre, Here}(db);
  //@ assert whole: FramesWhole(db);
}

/* Gives a block back to the buddy. A poisoned one is taken from it again at once, so that a reserved
 * frame is reserved in the buddy too. */
/*@ requires layout: FramesLayout(db) && BuddyValid(&db->buddy);
    requires block: order <= BUDDY_MAX_ORDER && first + Pow2(order) <= db->nframes && Allocated(&db->buddy, first, order);
    requires used: \forall integer f; first <= f < first + Pow2(order) ==> !ReservedFrame(&db->buddy, f);
    assigns BUDDY_CHANGES(&db->buddy);
    ensures layout: FramesLayout(db);
    ensures buddy: BuddyValid(&db->buddy);
    ensures done: \result == STATUS_OK;
    ensures inside: \forall integer f; first <= f < first + Pow2(order) ==>
      (FreeFrame(&db->buddy, f) <==> !poisoned) && (ReservedFrame(&db->buddy, f) <==> poisoned);
    ensures free_outside: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + Pow2(order)) ==>
      (FreeFrame(&db->buddy, f) <==> \old(FreeFrame(&db->buddy, f)));
    ensures reserved_outside: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + Pow2(order)) ==>
      (ReservedFrame(&db->buddy, f) <==> \old(ReservedFrame(&db->buddy, f)));
    ensures blocks: \forall integer f, o; f != first && \old(Allocated(&db->buddy, f, o)) ==> Allocated(&db->buddy, f, o);
    ensures same: SameRecords{Pre, Post}(db);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures counted: db->buddy.free_frames == \old(db->buddy.free_frames) + (poisoned ? 0 : Pow2(order));
*/
static enum status free_block(struct frames *db, frame_t first, uint32_t order, bool poisoned)
{
  //@ assert apart: \separated(&db->nframes, db->buddy.free.words + (0 .. db->buddy.free.nwords - 1)) && \separated(&db->nframes, db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
  //@ assert apart_counts: \separated(&db->nframes, db->buddy.count + (0 .. BUDDY_MAX_ORDER)) && \separated(&db->nframes, db->buddy.hint + (0 .. BUDDY_MAX_ORDER));
  enum status status = buddy_free(&db->buddy, first, order);
  //@ assert size: db->nframes == \at(db->nframes, Pre);
  //@ assert freed: status == STATUS_OK;
  //@ assert places: SamePlaces{Pre, Here}(db);
  //@ assert nodes: Nodes(&db->buddy) == \at(Nodes(&db->buddy), Pre);
  //@ assert layout: FramesLayout(db);
  //@ assert same: SameRecords{Pre, Here}(db);
  //@ assert given: \forall integer f; first <= f < first + Pow2(order) ==> FreeFrame(&db->buddy, f);
  //@ assert given_outside: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + Pow2(order)) ==> (FreeFrame(&db->buddy, f) <==> \at(FreeFrame(&db->buddy, f), Pre));
  uint64_t count = order_frames(order);
  if (status == STATUS_OK && poisoned)
    status = buddy_reserve(&db->buddy, first, count);
  //@ assert done: status == STATUS_OK;
  //@ assert end: db->nframes == \at(db->nframes, Pre);
  //@ assert end_places: SamePlaces{Pre, Here}(db);
  //@ assert end_layout: FramesLayout(db);
  return status;
}

/* The flags with FRAME_POISONED. */
/*@ requires known: flags <= FRAME_FLAGS;
    assigns \nothing;
    ensures known: \result <= FRAME_FLAGS;
    ensures exact: \result == (flags | FRAME_POISONED);
    ensures poisoned: (\result & FRAME_POISONED) != 0;
*/
static uint8_t poisoned_flags(uint8_t flags)
{
  return flags | FRAME_POISONED;
}

/* The last reference is gone. */
/*@ requires valid: FramesValid(db);
    requires block: first < db->nframes && InUse(db, first) && BlockFirst(db, first) == first;
    assigns FRAMES_CHANGES(db);
    ensures layout: FramesLayout(db);
    ensures buddy: BuddyValid(&db->buddy);
    ensures records: Records(db);
    ensures agree: FramesAgree(db);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures done: \result == STATUS_OK;
    ensures freed: !\old(Poisoned(db, first)) ==>
      \forall integer f; first <= f < first + Pow2(\old(Order(db, first))) ==> Owner(db, f) == OWNER_FREE;
    ensures retired: \old(Poisoned(db, first)) ==>
      \forall integer f; first <= f < first + Pow2(\old(Order(db, first))) ==> Owner(db, f) == OWNER_RESERVED && Poisoned(db, f);
    ensures others: SameOutside{Pre, Post}(db, first, first + Pow2(\old(Order(db, first))));
    ensures given: !\old(Poisoned(db, first)) ==>
      db->buddy.free_frames == \old(db->buddy.free_frames) + Pow2(\old(Order(db, first)));
    ensures kept: \old(Poisoned(db, first)) ==> db->buddy.free_frames == \old(db->buddy.free_frames);
*/
static enum status give_back(struct frames *db, frame_t first)
{
  uint32_t order = db->records[first].order;
  bool poisoned = (db->records[first].flags & FRAME_POISONED) != 0;
  uint8_t owner = poisoned ? OWNER_RESERVED : OWNER_FREE;
  uint8_t flags = poisoned ? FRAME_POISONED : 0;
  //@ assert clean: !poisoned ==> owner == OWNER_FREE && flags == 0 && (flags & FRAME_POISONED) == 0;
  //@ assert retired: poisoned ==> owner == OWNER_RESERVED && flags == FRAME_POISONED;
  //@ assert idle: (owner == OWNER_FREE && flags == 0 && (flags & FRAME_POISONED) == 0) || (owner == OWNER_RESERVED && flags <= FRAME_POISONED);
  //@ assert member: \forall integer f; first <= f < first + Pow2(order) ==> InUse(db, f) && BlockFirst(db, f) == first;
  //@ assert block: Allocated(&db->buddy, first, order);
  //@ assert used: \forall integer f; first <= f < first + Pow2(order) ==> !ReservedFrame(&db->buddy, f);
  enum status status = free_block(db, first, order, poisoned);
  //@ assert size: db->nframes == \at(db->nframes, Pre);
  //@ assert places: SamePlaces{Pre, Here}(db);
  //@ assert same: SameRecords{Pre, Here}(db);
  //@ assert kept: KeptRecords{Pre, Here}(db);
  //@ assert records: Records(db);
  //@ assert outside_free: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + Pow2(order)) ==> (Owner(db, f) == OWNER_FREE <==> FreeFrame(&db->buddy, f));
  //@ assert outside_reserved: \forall integer f; 0 <= f < db->nframes && !(first <= f < first + Pow2(order)) ==> (Owner(db, f) == OWNER_RESERVED <==> ReservedFrame(&db->buddy, f));
  if (status == STATUS_OK)
    set_idle(db, first, order_frames(order), owner, flags);
  return status;
}

enum status frame_put(struct frames *db, frame_t frame)
{
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  if (db->records[frame].owner == OWNER_FREE)
    return STATUS_DOUBLE_FREE;
  if (db->records[frame].owner == OWNER_RESERVED)
    return STATUS_RESERVED;
  frame_t first = frame_first(db, frame);
  //@ assert block: first < db->nframes && InUse(db, first) && BlockFirst(db, first) == first;
  //@ assert alike: Order(db, first) == Order(db, frame) && Flags(db, first) == Flags(db, frame);
  uint32_t references = db->records[first].references;
  //@ assert counted: references >= 1;
  if (references == FRAME_REFERENCES_MAX)
    return STATUS_SATURATED;
  if (references > 1) {
    set_references(db, first, references - 1);
    return STATUS_OK;
  }
  enum status status = give_back(db, first);
  //@ assert size: db->nframes == \at(db->nframes, Pre);
  //@ assert places: SamePlaces{Pre, Here}(db);
  //@ assert retired: \at(Poisoned(db, frame), Pre) ==> \forall integer f; first <= f < first + Pow2(\at(Order(db, frame), Pre)) ==> Owner(db, f) == OWNER_RESERVED && Poisoned(db, f);
  //@ assert others: SameOutside{Pre, Here}(db, first, first + Pow2(\at(Order(db, frame), Pre)));
  return status;
}

/* The flags with some set and then some cleared, none of them poison. */
/*@ requires known: flags <= FRAME_FLAGS && GoodFlags(set) && GoodFlags(clear);
    assigns \nothing;
    ensures known: \result <= FRAME_FLAGS;
    ensures exact: \result == ((flags | set) & (FRAME_FLAGS - clear));
    ensures poison: (\result & FRAME_POISONED) != 0 <==> (flags & FRAME_POISONED) != 0;
*/
static uint8_t changed_flags(uint8_t flags, uint32_t set, uint32_t clear)
{
  //@ assert plain: (set & FRAME_POISONED) == 0 && (clear & FRAME_POISONED) == 0;
  return (uint8_t)((flags | set) & (FRAME_FLAGS - clear));
}

enum status frame_set_flags(struct frames *db, frame_t frame, uint32_t set, uint32_t clear)
{
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  if (set > FRAME_FLAGS || (set & FRAME_POISONED) != 0)
    return STATUS_BAD_ARGUMENT;
  if (clear > FRAME_FLAGS || (clear & FRAME_POISONED) != 0)
    return STATUS_BAD_ARGUMENT;
  if (db->records[frame].owner == OWNER_FREE)
    return STATUS_NOT_ALLOCATED;
  if (db->records[frame].owner == OWNER_RESERVED)
    return STATUS_RESERVED;
  frame_t first = frame_first(db, frame);
  //@ assert block: first < db->nframes && InUse(db, first) && BlockFirst(db, first) == first;
  //@ assert alike: Order(db, first) == Order(db, frame) && Flags(db, first) == Flags(db, frame);
  //@ assert fits: first + Pow2(Order(db, first)) <= db->nframes;
  //@ assert whole: \forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==> InUse(db, f) && BlockFirst(db, f) == first;
  //@ assert poison: \forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==> Flags(db, f) == Flags(db, first);
  set_flags(db, first, changed_flags(db->records[first].flags, set, clear));
  //@ assert block_poison: \forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==> (Poisoned(db, f) <==> \at(Poisoned(db, f), Pre));
  //@ assert other_poison: \forall integer f; 0 <= f < db->nframes && !InBlockOf(db, frame, f) ==> (Poisoned(db, f) <==> \at(Poisoned(db, f), Pre));
  return STATUS_OK;
}

/* Poisons the block that holds frame, which is in use. */
/*@ requires valid: FramesValid(db);
    requires used: frame < db->nframes && InUse(db, frame);
    assigns db->records[0 .. db->nframes - 1];
    ensures valid: FramesValid(db);
    ensures frames: SameFrames{Pre, Post}(&db->buddy);
    ensures places: SamePlaces{Pre, Post}(db);
    ensures poisoned: \forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==> Poisoned(db, f);
    ensures changed: \forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==>
      Flags(db, f) == (\old(Flags(db, frame)) | FRAME_POISONED);
    ensures mine: InBlockOf(db, frame, frame);
    ensures rest: SameButFlags{Pre, Post}(db);
    ensures others: SameOutside{Pre, Post}(db, BlockFirst(db, frame), BlockFirst(db, frame) + Pow2(Order(db, frame)));
*/
static void poison_block(struct frames *db, frame_t frame)
{
  frame_t first = frame_first(db, frame);
  //@ assert block: first < db->nframes && InUse(db, first) && BlockFirst(db, first) == first;
  //@ assert alike: Order(db, first) == Order(db, frame) && Flags(db, first) == Flags(db, frame);
  //@ assert member: InBlockOf(db, frame, frame);
  //@ assert fits: first + Pow2(Order(db, first)) <= db->nframes;
  set_flags(db, first, poisoned_flags(db->records[first].flags));
  //@ assert poisoned: \forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==> Poisoned(db, f);
  //@ assert rest: SameButFlags{Pre, Here}(db);
  //@ assert others: SameOutside{Pre, Here}(db, BlockFirst(db, frame), BlockFirst(db, frame) + Pow2(Order(db, frame)));
  //@ assert changed: \forall integer f; 0 <= f < db->nframes && InBlockOf(db, frame, f) ==> Flags(db, f) == (\at(Flags(db, frame), Pre) | FRAME_POISONED);
}

enum status frame_poison(struct frames *db, frame_t frame)
{
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  if (in_use(db->records[frame].owner)) {
    poison_block(db, frame);
    return STATUS_OK;
  }
  //@ assert apart: \separated(&db->nframes, db->buddy.free.words + (0 .. db->buddy.free.nwords - 1)) && \separated(&db->nframes, db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
  //@ assert apart_buddy: \separated(&db->buddy.nframes, db->buddy.free.words + (0 .. db->buddy.free.nwords - 1)) && \separated(&db->buddy.nframes, db->buddy.split + (0 .. Nodes(&db->buddy) / 64 - 1));
  //@ assert agreed: Owner(db, frame) == OWNER_FREE ==> FreeFrame(&db->buddy, frame);
  enum status status = STATUS_OK;
  if (db->records[frame].owner == OWNER_FREE) {
    status = buddy_reserve(&db->buddy, frame, 1);
    //@ assert taken_size: db->nframes == \at(db->nframes, Pre) && db->buddy.nframes == \at(db->buddy.nframes, Pre);
    //@ assert taken_places: SamePlaces{Pre, Here}(db);
    //@ assert taken_layout: FramesLayout(db);
    //@ assert taken_same: SameRecords{Pre, Here}(db);
  }
  //@ assert done: status == STATUS_OK;
  //@ assert size: db->nframes == \at(db->nframes, Pre);
  //@ assert places: SamePlaces{Pre, Here}(db);
  //@ assert same: SameRecords{Pre, Here}(db);
  //@ assert layout: FramesLayout(db);
  //@ assert kept: KeptRecords{Pre, Here}(db);
  //@ assert records: Records(db);
  //@ assert outside_free: \forall integer f; 0 <= f < db->nframes && f != frame ==> (Owner(db, f) == OWNER_FREE <==> FreeFrame(&db->buddy, f));
  //@ assert outside_reserved: \forall integer f; 0 <= f < db->nframes && f != frame ==> (Owner(db, f) == OWNER_RESERVED <==> ReservedFrame(&db->buddy, f));
  if (status == STATUS_OK)
    set_idle(db, frame, 1, OWNER_RESERVED, FRAME_POISONED);
  //@ assert valid: FramesValid(db);
  //@ assert flag: Flags(db, frame) == FRAME_POISONED;
  //@ assert poisoned: Poisoned(db, frame);
  //@ assert others: SameOutside{Pre, Here}(db, frame, frame + 1);
  return status;
}

enum status frame_containing(const struct frames *db, uint64_t address, frame_t *out)
{
  uint64_t frame = address / FRAME_SIZE;
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  *out = (frame_t)frame;
  return STATUS_OK;
}

enum status frame_at(const struct frames *db, uint64_t address, frame_t *out)
{
  uint64_t frame = address / FRAME_SIZE;
  if (frame >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  if (address % FRAME_SIZE != 0)
    return STATUS_MISALIGNED;
  *out = (frame_t)frame;
  return STATUS_OK;
}

enum status frame_range(const struct frames *db, uint64_t address, uint64_t length, struct run *out)
{
  if (length == 0)
    return STATUS_BAD_ARGUMENT;
  if (length - 1 > UINT64_MAX - address)
    return STATUS_OUT_OF_RANGE;
  uint64_t last = (address + (length - 1)) / FRAME_SIZE;
  if (last >= db->nframes)
    return STATUS_OUT_OF_RANGE;
  out->first = address / FRAME_SIZE;
  out->end = last + 1;
  return STATUS_OK;
}

const char *owner_name(enum owner owner)
{
  switch (owner) {
  case OWNER_FREE:
    return "free";
  case OWNER_RESERVED:
    return "reserved";
  case OWNER_KERNEL:
    return "kernel";
  case OWNER_USER:
    return "user";
  case OWNER_TABLE1:
    return "table of level 1";
  case OWNER_TABLE2:
    return "table of level 2";
  case OWNER_TABLE3:
    return "table of level 3";
  case OWNER_TABLE4:
    return "table of level 4";
  case OWNER_TABLE5:
    return "table of level 5";
  }
  return "unknown owner";
}

/* What the record of a free or reserved frame looks like. */
/*@ requires readable: \valid_read(record);
    requires idle: record->owner <= OWNER_RESERVED;
    assigns \nothing;
    ensures exact: \result == \null <==> record->references == 0 && record->order == 0 &&
      (record->owner == OWNER_FREE ==> record->flags == 0 && (record->flags & FRAME_POISONED) == 0) &&
      (record->owner == OWNER_RESERVED ==> record->flags <= FRAME_POISONED);
    ensures text: \result != \null ==> \valid_read(\result) && \result[0] != 0;
*/
static const char *check_idle(const struct frame *record)
{
  if (record->references != 0)
    return "a frame that nobody uses has no references";
  if (record->order != 0)
    return "a frame that nobody uses has order 0";
  if (record->owner == OWNER_FREE && record->flags != 0)
    return "a free frame has no flags";
  if (record->owner == OWNER_RESERVED && record->flags != 0 && record->flags != FRAME_POISONED)
    return "a reserved frame has no flag but poisoned";
  return NULL;
}

/* The record of a frame in use against the one of its block's first frame, which the buddy named. */
/*@ requires layout: FramesLayout(db);
    requires block: order <= BUDDY_MAX_ORDER && first <= frame < first + Pow2(order) && first + Pow2(order) <= db->nframes;
    assigns \nothing;
    ensures exact: \result == \null <==>
      Order(db, frame) == order && BlockFirst(db, frame) == first && UsedSound(db, frame);
    ensures text: \result != \null ==> \valid_read(\result) && \result[0] != 0;
*/
static const char *check_used(const struct frames *db, frame_t frame, frame_t first, uint32_t order)
{
  const struct frame *record = &db->records[frame];
  const struct frame *head = &db->records[first];
  if (record->owner > OWNER_TABLE5)
    return "the owner is a known one";
  if (record->order != order || frame_first(db, frame) != first)
    return "database and buddy agree on the block of a frame in use";
  if (record->owner >= OWNER_TABLE1 && record->order != 0)
    return "a table is one frame";
  if (record->flags > FRAME_FLAGS)
    return "the flags are known ones";
  if (record->owner != head->owner || record->flags != head->flags)
    return "the frames of a block have one owner and one set of flags";
  if (frame == first && record->references == 0)
    return "a block in use has a reference";
  if (frame != first && record->references != 0)
    return "only the first frame of a block counts references";
  return NULL;
}

/*@ requires layout: FramesLayout(db) && BuddyValid(&db->buddy);
    requires range: frame < db->nframes;
    assigns \nothing;
    ensures exact: \result == \null <==> FrameSound(db, frame);
    ensures text: \result != \null ==> \valid_read(\result) && \result[0] != 0;
*/
static const char *check_frame(const struct frames *db, frame_t frame)
{
  enum block_state state = BLOCK_FREE;
  frame_t first = 0;
  uint32_t order = 0;
  uint8_t owner = db->records[frame].owner;
  bool agree = false;
  if (buddy_find(&db->buddy, frame, &state, &first, &order) == STATUS_OK)
    agree = (owner == OWNER_FREE) == (state == BLOCK_FREE);
  if (!agree)
    return "database and buddy agree on which frames are free";
  if ((owner == OWNER_RESERVED) != (state == BLOCK_RESERVED))
    return "database and buddy agree on which frames are reserved";
  //@ assert agree: (Owner(db, frame) == OWNER_FREE <==> FreeFrame(&db->buddy, frame)) && (Owner(db, frame) == OWNER_RESERVED <==> ReservedFrame(&db->buddy, frame));
  if (!in_use(owner))
    return check_idle(&db->records[frame]);
  //@ assert used: Allocated(&db->buddy, first, order) && first <= frame < first + Pow2(order);
  //@ ghost lemma_allocated(&db->buddy);
  //@ assert one: BlockSound(db, frame) <==> Order(db, frame) == order && BlockFirst(db, frame) == first;
  return check_used(db, frame, first, order);
}

const char *frames_check(const struct frames *db)
{
  const char *broken = buddy_check(&db->buddy);
  if (broken != NULL)
    return broken;
  if (db->nframes != db->buddy.nframes)
    return "database and buddy manage the same frames";
  //@ assert layout: FramesLayout(db);
  /*@ loop invariant range: 0 <= frame <= db->nframes;
      loop invariant sound: FramesSound(db, frame);
      loop assigns frame, broken;
      loop variant db->nframes - frame;
  */
  for (uint64_t frame = 0; frame < db->nframes; frame++) {
    broken = check_frame(db, (frame_t)frame);
    if (broken != NULL)
      return broken;
  }
  //@ assert sound: FramesSound(db, db->nframes);
  //@ ghost lemma_allocated(&db->buddy);
  //@ assert records: Records(db);
  return NULL;
}
