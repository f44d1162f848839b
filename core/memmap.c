#include "memmap.h"

/* The last byte of entry i, which is not empty; clipped so that it does not wrap. */
/*@ requires memory: \valid_read(map + i) && map[i].length > 0;
    assigns \nothing;
    ensures exact: \result == LastByte(map, i);
    ensures after: \result >= map[i].base;
*/
static uint64_t last_byte(const struct memmap_entry *map, uint32_t i)
{
  uint64_t rest = map[i].length - 1;
  return rest > UINT64_MAX - map[i].base ? UINT64_MAX : map[i].base + rest;
}

/*@ requires memory: \valid_read(map + i);
    assigns \nothing;
    ensures exact: \result <==> Has(map, i, address);
*/
static bool contains(const struct memmap_entry *map, uint32_t i, uint64_t address)
{
  return map[i].length > 0 && map[i].base <= address && address <= last_byte(map, i);
}

/* Whether the byte at address is RAM that no entry of another type claims. */
/*@ requires memory: \valid_read(map + (0 .. count - 1));
    assigns \nothing;
    ensures exact: \result <==> Ram(map, count, address);
*/
static bool is_ram(const struct memmap_entry *map, uint32_t count, uint64_t address)
{
  bool ram = false;
  /*@ loop invariant index: 0 <= i <= count;
      loop invariant some: ram <==> (\exists integer k; 0 <= k < i && map[k].type == MEMMAP_USABLE && Has(map, k, address));
      loop invariant none: \forall integer k; 0 <= k < i && map[k].type != MEMMAP_USABLE ==> !Has(map, k, address);
      loop assigns i, ram;
      loop variant count - i;
  */
  for (uint32_t i = 0; i < count; i++) {
    bool inside = contains(map, i, address);
    if (inside && map[i].type != MEMMAP_USABLE)
      return false;
    if (inside)
      ram = true;
  }
  return ram;
}

/*@ requires memory: \valid_read(list + (0 .. count - 1));
    assigns \nothing;
    ensures exact: \result <==> Reserved(list, count, address);
*/
static bool is_reserved(const struct memmap_entry *list, uint32_t count, uint64_t address)
{
  /*@ loop invariant index: 0 <= i <= count;
      loop invariant none: \forall integer k; 0 <= k < i ==> !Has(list, k, address);
      loop assigns i;
      loop variant count - i;
  */
  for (uint32_t i = 0; i < count; i++)
    if (contains(list, i, address))
      return true;
  return false;
}

/*@ ghost
  /@ requires same: \forall integer i, b; 0 <= i < count && address <= b <= end ==>
       (Has(list, i, b) <==> Has(list, i, address));
     assigns \nothing;
     ensures reserved: \forall integer b; address <= b <= end ==>
       (Reserved(list, count, b) <==> Reserved(list, count, address));
  @/
  static void reserved_stays(const struct memmap_entry *list, uint32_t count, uint64_t address,
                             uint64_t end)
  {
    /@ loop invariant index: 0 <= i <= count;
       loop invariant reserved: \forall integer b; address <= b <= end ==>
         (Reserved(list, i, b) <==> Reserved(list, i, address));
       loop assigns i;
       loop variant count - i;
    @/
    for (uint32_t i = 0; i < count; i++) {
      /@ assert step: \forall integer b; Reserved(list, i + 1, b) <==> Reserved(list, i, b) || Has(list, i, b); @/
    }
  }
*/

/* The last byte from address on, at most end, before any of these entries starts or ends. */
/*@ requires memory: \valid_read(map + (0 .. count - 1));
    requires ahead: address <= end;
    assigns \nothing;
    ensures range: address <= \result <= end;
    ensures same: \forall integer i, b; 0 <= i < count && address <= b <= \result ==>
      (Has(map, i, b) <==> Has(map, i, address));
    ensures ram: \forall integer b; address <= b <= \result ==> (Ram(map, count, b) <==> Ram(map, count, address));
    ensures reserved: \forall integer b; address <= b <= \result ==>
      (Reserved(map, count, b) <==> Reserved(map, count, address));
*/
static uint64_t stretch_end(const struct memmap_entry *map, uint32_t count, uint64_t address,
                            uint64_t end)
{
  /*@ loop invariant index: 0 <= i <= count;
      loop invariant range: address <= end <= \at(end, Pre);
      loop invariant same: \forall integer k, b; 0 <= k < i && address <= b <= end ==>
        (Has(map, k, b) <==> Has(map, k, address));
      loop assigns i, end;
      loop variant count - i;
  */
  for (uint32_t i = 0; i < count; i++) {
    if (map[i].length == 0)
      continue;
    uint64_t last = last_byte(map, i);
    if (address < map[i].base) {
      if (map[i].base - 1 < end)
        end = map[i].base - 1;
    } else if (address <= last && last < end) {
      end = last;
    }
  }
  //@ assert forth: \forall integer i, b; 0 <= i < count && address <= b <= end && Has(map, i, b) ==> Has(map, i, address);
  //@ assert back: \forall integer i, b; 0 <= i < count && address <= b <= end && Has(map, i, address) ==> Has(map, i, b);
  //@ ghost reserved_stays(map, count, address, end);
  return end;
}

/* Whether the byte at address is usable. */
/*@ requires map: \valid_read(map + (0 .. nmap - 1));
    requires reserved: \valid_read(reserved + (0 .. nreserved - 1));
    assigns \nothing;
    ensures exact: \result <==> UsableByte(map, nmap, reserved, nreserved, address);
*/
static bool is_usable(const struct memmap_entry *map, uint32_t nmap,
                      const struct memmap_entry *reserved, uint32_t nreserved, uint64_t address)
{
  return is_ram(map, nmap, address) && !is_reserved(reserved, nreserved, address);
}

/* The last byte up to which all are as usable as the one at address. */
/*@ requires map: \valid_read(map + (0 .. nmap - 1));
    requires reserved: \valid_read(reserved + (0 .. nreserved - 1));
    assigns \nothing;
    ensures ahead: address <= \result;
    ensures uniform: \forall integer b; address <= b <= \result ==>
      (UsableByte(map, nmap, reserved, nreserved, b) <==> UsableByte(map, nmap, reserved, nreserved, address));
*/
static uint64_t uniform_end(const struct memmap_entry *map, uint32_t nmap,
                            const struct memmap_entry *reserved, uint32_t nreserved,
                            uint64_t address)
{
  uint64_t end = stretch_end(map, nmap, address, UINT64_MAX);
  end = stretch_end(reserved, nreserved, address, end);
  //@ assert ram: \forall integer b; address <= b <= end ==> (Ram(map, nmap, b) <==> Ram(map, nmap, address));
  //@ assert reserved: \forall integer b; address <= b <= end ==> (Reserved(reserved, nreserved, b) <==> Reserved(reserved, nreserved, address));
  return end;
}

/*@ ghost
  /@ requires ahead: address <= end;
     assigns \nothing;
     ensures grows: 0 <= Begun(list, count, ram, address) <= Begun(list, count, ram, end + 1);
     ensures begins: (\exists integer i; 0 <= i < count && Begins(list, i, ram) == address) ==>
       Begun(list, count, ram, address) < Begun(list, count, ram, end + 1);
     ensures bound: Begun(list, count, ram, end + 1) <= count;
  @/
  static void begun_grows(const struct memmap_entry *list, uint32_t count, uint32_t ram,
                          uint64_t address, uint64_t end)
  {
    /@ loop invariant index: 0 <= i <= count;
       loop invariant grows: 0 <= Begun(list, i, ram, address) <= Begun(list, i, ram, end + 1);
       loop invariant begins: (\exists integer k; 0 <= k < i && Begins(list, k, ram) == address) ==>
         Begun(list, i, ram, address) < Begun(list, i, ram, end + 1);
       loop invariant bound: Begun(list, i, ram, end + 1) <= i;
       loop assigns i;
       loop variant count - i;
    @/
    for (uint32_t i = 0; i < count; i++) {
    }
  }

  /@ requires edge: address == 0 || !UsableByte(map, nmap, reserved, nreserved, address - 1);
     requires usable: UsableByte(map, nmap, reserved, nreserved, address);
     assigns \nothing;
     ensures begins: (\exists integer i; 0 <= i < nmap && Begins(map, i, 1) == address) ||
       (\exists integer i; 0 <= i < nreserved && Begins(reserved, i, 0) == address);
  @/
  static void usable_begins(const struct memmap_entry *map, uint32_t nmap,
                            const struct memmap_entry *reserved, uint32_t nreserved,
                            uint64_t address)
  {
    /@ assert starts: \forall integer i; 0 <= i < nmap && map[i].type == MEMMAP_USABLE && Has(map, i, address) ==>
         (address > 0 && Has(map, i, address - 1)) || Begins(map, i, 1) == address; @/
    /@ assert ends: \forall integer i; 0 <= i < nmap && map[i].type != MEMMAP_USABLE && Has(map, i, address - 1) ==>
         Has(map, i, address) || Begins(map, i, 1) == address; @/
    /@ assert reserved_ends: \forall integer i; 0 <= i < nreserved && Has(reserved, i, address - 1) ==>
         Has(reserved, i, address) || Begins(reserved, i, 0) == address; @/
  }

  /@ requires ahead: address <= end;
     requires unusable: \forall integer b; address <= b <= end ==> !UsableByte(map, nmap, reserved, nreserved, b);
     requires collected: Collected(map, nmap, reserved, nreserved, limit, runs, count, address);
     assigns \nothing;
     ensures collected: Collected(map, nmap, reserved, nreserved, limit, runs, count, end + 1);
  @/
  static void nothing_to_collect(const struct memmap_entry *map, uint32_t nmap,
                                 const struct memmap_entry *reserved, uint32_t nreserved,
                                 uint64_t limit, struct run *runs, uint32_t count,
                                 uint64_t address, uint64_t end)
  {
    /@ assert last: \forall integer f; UsableFrame(map, nmap, reserved, nreserved, f) ==>
         UsableByte(map, nmap, reserved, nreserved, f * FRAME_SIZE + FRAME_SIZE - 1); @/
    /@ assert none: \forall integer f; address <= f * FRAME_SIZE + FRAME_SIZE - 1 <= end ==>
         !UsableFrame(map, nmap, reserved, nreserved, f); @/
  }
*/

/* Appends the whole frames below limit of the bytes first .. last to the count runs there
 * are, if there are any. Returns how many runs there are now: capacity + 1 when they have no room. */
/*@ requires memory: \valid(runs + (0 .. capacity - 1));
    requires range: count <= capacity < UINT32_MAX && first <= last && limit <= FRAMES_MAX;
    assigns runs[0 .. capacity - 1];
    ensures others: \forall integer k; 0 <= k < capacity && (k != count || \result == count) ==>
      runs[k] == \old(runs[k]);
    ensures result: \result == count || \result == count + 1;
    ensures none: \result == count ==> \forall integer f;
      0 <= f < limit && first <= f * FRAME_SIZE ==> last < f * FRAME_SIZE + FRAME_SIZE - 1;
    ensures frames: \result == count + 1 && \result <= capacity ==> \forall integer f;
      InRun(runs, count, f) <==> 0 <= f < limit && first <= f * FRAME_SIZE && f * FRAME_SIZE + FRAME_SIZE - 1 <= last;
    ensures proper: \result == count + 1 && \result <= capacity ==> runs[count].first < runs[count].end <= limit;
    ensures some: \result == count + 1 ==> \exists integer f; LowestFrame(first, last, limit, f);
    ensures inside: \result == count + 1 && \result <= capacity ==>
      first <= runs[count].first * FRAME_SIZE && runs[count].end * FRAME_SIZE <= last + 1;
*/
static uint32_t append(struct run *runs, uint32_t capacity, uint32_t count, uint64_t first,
                       uint64_t last, uint64_t limit)
{
  uint64_t begin = first / FRAME_SIZE + (first % FRAME_SIZE != 0 ? 1 : 0);
  uint64_t end = last / FRAME_SIZE + (last % FRAME_SIZE == FRAME_SIZE - 1 ? 1 : 0);
  //@ assert begins: \forall integer f; first <= f * FRAME_SIZE <==> begin <= f;
  //@ assert ends: \forall integer f; f * FRAME_SIZE + FRAME_SIZE - 1 <= last <==> f < end;
  if (end > limit)
    end = limit;
  if (begin >= end)
    return count;
  //@ assert some: LowestFrame(first, last, limit, begin);
  if (count < capacity) {
    runs[count].first = begin;
    runs[count].end = end;
  }
  return count + 1;
}

/*@ ghost
  /@ requires proper: UsableRuns(map, nmap, reserved, nreserved, limit, runs, count) && limit <= FRAMES_MAX;
     requires range: runs[count].first < runs[count].end <= limit;
     requires apart: \forall integer k; 0 <= k < count ==> runs[k].end < runs[count].first;
     requires sound: \forall integer f; InRun(runs, count, f) ==> f < limit && UsableFrame(map, nmap, reserved, nreserved, f);
     assigns \nothing;
     ensures proper: UsableRuns(map, nmap, reserved, nreserved, limit, runs, count + 1);
  @/
  static void one_run_more(const struct memmap_entry *map, uint32_t nmap,
                           const struct memmap_entry *reserved, uint32_t nreserved,
                           uint64_t limit, const struct run *runs, uint32_t count)
  {
    /@ assert range: \forall integer k; 0 <= k < count + 1 ==> k < count || k == count; @/
  }
*/

/* Appends a maximal range of usable bytes, first .. last, to the runs collected below it. */
/*@ requires map: \valid_read(map + (0 .. nmap - 1));
    requires reserved: \valid_read(reserved + (0 .. nreserved - 1));
    requires memory: \valid(runs + (0 .. capacity - 1));
    requires apart: \separated(map + (0 .. nmap - 1), runs + (0 .. capacity - 1));
    requires apart_reserved: \separated(reserved + (0 .. nreserved - 1), runs + (0 .. capacity - 1));
    requires range: count <= capacity <= MEMMAP_RUNS_MAX && first <= last && limit <= FRAMES_MAX;
    requires usable: \forall integer b; first <= b <= last ==> UsableByte(map, nmap, reserved, nreserved, b);
    requires edge: first == 0 || !UsableByte(map, nmap, reserved, nreserved, first - 1);
    requires below: EndBelow(runs, count, first);
    requires collected: Collected(map, nmap, reserved, nreserved, limit, runs, count, first);
    assigns runs[0 .. capacity - 1];
    ensures result: \result == count || \result == count + 1;
    ensures bytes: \forall integer b; UsableByte(map, nmap, reserved, nreserved, b) <==>
      \old(UsableByte(map, nmap, reserved, nreserved, b));
    ensures collected: \result <= capacity ==>
      Collected(map, nmap, reserved, nreserved, limit, runs, \result, last + 1);
    ensures below: \result <= capacity ==> EndBelow(runs, \result, last + 2);
    ensures rest: \forall integer k; \result <= k < capacity ==> runs[k] == \old(runs[k]);
    ensures full: \result > capacity ==> MoreRuns(map, nmap, reserved, nreserved, limit, runs, capacity);
    ensures begun: Begun(map, nmap, 1, last + 1) == \old(Begun(map, nmap, 1, last + 1)) &&
      Begun(reserved, nreserved, 0, last + 1) == \old(Begun(reserved, nreserved, 0, last + 1));
*/
static uint32_t close_range(struct run *runs, uint32_t capacity, uint32_t count, uint64_t first,
                            uint64_t last, uint64_t limit)
/*@ ghost (const struct memmap_entry *map, uint32_t nmap,
           const struct memmap_entry *reserved, uint32_t nreserved) */
{
  uint32_t now = append(runs, capacity, count, first, last, limit);
  /*@ assert map: \forall integer i; 0 <= i < nmap ==> map[i].base == \at(map[i].base, Pre) &&
        map[i].length == \at(map[i].length, Pre) && map[i].type == \at(map[i].type, Pre); */
  /*@ assert reserved: \forall integer i; 0 <= i < nreserved ==> reserved[i].base == \at(reserved[i].base, Pre) &&
        reserved[i].length == \at(reserved[i].length, Pre) && reserved[i].type == \at(reserved[i].type, Pre); */
  /*@ assert entries: \forall integer i, b; 0 <= i < nmap ==> (Has(map, i, b) <==> \at(Has(map, i, b), Pre)); */
  /*@ assert reservations: \forall integer i, b; 0 <= i < nreserved ==> (Has(reserved, i, b) <==> \at(Has(reserved, i, b), Pre)); */
  /*@ assert ram: \forall integer b; Ram(map, nmap, b) <==> \at(Ram(map, nmap, b), Pre); */
  /*@ assert reserved_bytes: \forall integer b; Reserved(reserved, nreserved, b) <==> \at(Reserved(reserved, nreserved, b), Pre); */
  /*@ assert bytes: \forall integer b; UsableByte(map, nmap, reserved, nreserved, b) <==>
        \at(UsableByte(map, nmap, reserved, nreserved, b), Pre); */
  /*@ assert usable_frames: \forall integer f; UsableFrame(map, nmap, reserved, nreserved, f) <==>
        \at(UsableFrame(map, nmap, reserved, nreserved, f), Pre); */
  //@ assert kept: \forall integer k; 0 <= k < count ==> runs[k].first == \at(runs[k].first, Pre) && runs[k].end == \at(runs[k].end, Pre);
  //@ assert old_run: \forall integer k, f; 0 <= k < count ==> (InRun(runs, k, f) <==> \at(InRun(runs, k, f), Pre));
  //@ assert old_runs: \forall integer f; \at(InRuns(runs, count, f), Pre) ==> InRuns(runs, count, f);
  //@ assert more: now >= count ==> \forall integer f; InRuns(runs, count, f) ==> InRuns(runs, now, f);
  /*@ assert straddling: \forall integer f; f * FRAME_SIZE < first <= f * FRAME_SIZE + FRAME_SIZE - 1 ==>
        !UsableFrame(map, nmap, reserved, nreserved, f); */
  /*@ assert fresh: now == count + 1 && now <= capacity ==> \forall integer f; InRun(runs, count, f) ==>
        f < limit && UsableFrame(map, nmap, reserved, nreserved, f); */
  /*@ assert inside: now <= capacity ==> \forall integer f; 0 <= f < limit && first <= f * FRAME_SIZE &&
        f * FRAME_SIZE + FRAME_SIZE - 1 <= last ==> now == count + 1 && InRun(runs, count, f); */
  /*@ assert inside_runs: now <= capacity ==> \forall integer f; 0 <= f < limit && first <= f * FRAME_SIZE &&
        f * FRAME_SIZE + FRAME_SIZE - 1 <= last ==> InRuns(runs, now, f); */
  /*@ assert next: now > capacity ==> \forall integer f; LowestFrame(first, last, limit, f) ==>
        NextUsable(map, nmap, reserved, nreserved, limit, runs, capacity, f); */
  /*@ assert sound: \forall integer k, f; 0 <= k < count && InRun(runs, k, f) ==>
        f < limit && UsableFrame(map, nmap, reserved, nreserved, f); */
  //@ assert still: UsableRuns(map, nmap, reserved, nreserved, limit, runs, count);
  /*@ assert new: now == count + 1 && now <= capacity ==>
        \forall integer k; 0 <= k < count ==> runs[k].end < runs[count].first; */
  //@ ghost if (now > count && now <= capacity) one_run_more(map, nmap, reserved, nreserved, limit, runs, count);
  //@ assert proper: now <= capacity ==> UsableRuns(map, nmap, reserved, nreserved, limit, runs, now);
  /*@ assert below: now <= capacity ==> \forall integer f; 0 <= f < limit && f * FRAME_SIZE + FRAME_SIZE - 1 < first &&
        UsableFrame(map, nmap, reserved, nreserved, f) ==> InRuns(runs, now, f); */
  /*@ assert begins: \forall integer i; 0 <= i < nmap ==> Begins(map, i, 1) == \at(Begins(map, i, 1), Pre); */
  /*@ assert reserved_begins: \forall integer i; 0 <= i < nreserved ==>
        Begins(reserved, i, 0) == \at(Begins(reserved, i, 0), Pre); */
  /*@ ghost
    /@ loop invariant index: 0 <= i <= nmap;
       loop invariant same: Begun{Here}(map, i, 1, last + 1) == Begun{Pre}(map, i, 1, last + 1);
       loop assigns i;
       loop variant nmap - i;
    @/
    for (uint32_t i = 0; i < nmap; i++) {
    }
    /@ loop invariant index: 0 <= i <= nreserved;
       loop invariant same: Begun{Here}(reserved, i, 0, last + 1) == Begun{Pre}(reserved, i, 0, last + 1);
       loop assigns i;
       loop variant nreserved - i;
    @/
    for (uint32_t i = 0; i < nreserved; i++) {
    }
  */
  return now;
}

/* The maximal runs of usable frames. Between two boundaries nothing changes, so one look
 * decides a whole stretch of bytes; adjacent usable stretches are one range first ..
 * address - 1, which is rounded inwards to frames when it ends. Nothing is sorted.
 * Returns the number of runs: capacity + 1 when they have no room. */
/*@ requires map: \valid_read(map + (0 .. nmap - 1));
    requires reserved: \valid_read(reserved + (0 .. nreserved - 1));
    requires memory: \valid(runs + (0 .. capacity - 1));
    requires apart: \separated(map + (0 .. nmap - 1), runs + (0 .. capacity - 1));
    requires apart_reserved: \separated(reserved + (0 .. nreserved - 1), runs + (0 .. capacity - 1));
    requires range: capacity <= MEMMAP_RUNS_MAX && limit <= FRAMES_MAX;
    assigns runs[0 .. capacity - 1];
    ensures collected: \result <= capacity ==>
      Collected(map, nmap, reserved, nreserved, limit, runs, \result, FRAMES_MAX * FRAME_SIZE);
    ensures full: \result > capacity ==> MoreRuns(map, nmap, reserved, nreserved, limit, runs, capacity);
    ensures few: \result <= nmap + nreserved;
    ensures rest: \forall integer k; \result <= k < capacity ==> runs[k] == \old(runs[k]);
*/
static uint32_t collect(const struct memmap_entry *map, uint32_t nmap,
                        const struct memmap_entry *reserved, uint32_t nreserved, uint64_t limit,
                        struct run *runs, uint32_t capacity)
{
  uint32_t count = 0;
  uint64_t address = 0;
  uint64_t first = 0;
  bool open = false; /* first .. address - 1 is usable */
  //@ ghost begun_grows(map, nmap, 1, 0, 0);
  //@ ghost begun_grows(reserved, nreserved, 0, 0, 0);
  /*@ loop invariant range: 0 <= count <= capacity;
      loop invariant open: open ==> first < address &&
        \forall integer b; first <= b < address ==> UsableByte(map, nmap, reserved, nreserved, b);
      loop invariant edge: open ==> first == 0 || !UsableByte(map, nmap, reserved, nreserved, first - 1);
      loop invariant closed: !open ==> address == 0 || !UsableByte(map, nmap, reserved, nreserved, address - 1);
      loop invariant below: EndBelow(runs, count, open ? first : address);
      loop invariant collected:
        Collected(map, nmap, reserved, nreserved, limit, runs, count, open ? first : address);
      loop invariant few: count + (open ? 1 : 0) <=
        Begun(map, nmap, 1, address) + Begun(reserved, nreserved, 0, address);
      loop invariant rest: \forall integer k; count <= k < capacity ==> runs[k] == \at(runs[k], Pre);
      loop assigns count, address, first, open, runs[0 .. capacity - 1];
      loop variant UINT64_MAX - address;
  */
  for (;;) {
    bool usable = is_usable(map, nmap, reserved, nreserved, address);
    uint64_t end = uniform_end(map, nmap, reserved, nreserved, address);
    //@ ghost if (usable && !open) usable_begins(map, nmap, reserved, nreserved, address);
    if (usable && !open)
      first = address;
    //@ ghost Before:;
    if (!usable && open)
      count = close_range(runs, capacity, count, first, address - 1,
                          limit) /*@ ghost (map, nmap, reserved, nreserved) */;
    open = usable;
    //@ ghost begun_grows(map, nmap, 1, address, end);
    //@ ghost begun_grows(reserved, nreserved, 0, address, end);
    if (count > capacity)
      return count;
    /*@ assert same_bytes: \forall integer b; UsableByte(map, nmap, reserved, nreserved, b) <==>
          \at(UsableByte(map, nmap, reserved, nreserved, b), Before); */
    /*@ ghost if (!usable)
          nothing_to_collect(map, nmap, reserved, nreserved, limit, runs, count, address, end); */
    //@ assert rest: \forall integer k; count <= k < capacity ==> runs[k] == \at(runs[k], Pre);
    if (end == UINT64_MAX) {
      //@ ghost Ending:;
      if (open)
        count = close_range(runs, capacity, count, first, end,
                            limit) /*@ ghost (map, nmap, reserved, nreserved) */;
      //@ assert last: \forall integer k; count <= k < capacity ==> runs[k] == \at(runs[k], Ending);
      return count;
    }
    address = end + 1;
  }
}

enum status memmap_runs(const struct memmap_entry *map, uint32_t nmap,
                        const struct memmap_entry *reserved, uint32_t nreserved,
                        uint64_t frame_limit, struct run *runs, uint32_t capacity, uint32_t *nruns)
{
  if (nmap > MEMMAP_ENTRIES_MAX || nreserved > MEMMAP_RESERVATIONS_MAX)
    return STATUS_TOO_MANY_ENTRIES;
  if (frame_limit > FRAMES_MAX)
    return STATUS_OUT_OF_RANGE;
  if (capacity > MEMMAP_RUNS_MAX)
    capacity = MEMMAP_RUNS_MAX; /* there are never more */
  uint32_t count = collect(map, nmap, reserved, nreserved, frame_limit, runs, capacity);
  //@ assert another: count > capacity ==> \exists integer f; 0 <= f < frame_limit && UsableFrame(map, nmap, reserved, nreserved, f);
  if (count > capacity)
    return STATUS_NO_SPACE;
  if (count == 0)
    return STATUS_NO_MEMORY;
  //@ assert sound: \forall integer k, f; 0 <= k < count && InRun(runs, k, f) ==> f < frame_limit && UsableFrame(map, nmap, reserved, nreserved, f);
  //@ assert lowest: InRun(runs, 0, runs[0].first) && runs[0].first < frame_limit && UsableFrame(map, nmap, reserved, nreserved, runs[0].first);
  //@ assert complete: \forall integer f; 0 <= f < frame_limit && UsableFrame(map, nmap, reserved, nreserved, f) ==> InRuns(runs, count, f);
  //@ ghost Before:;
  *nruns = count;
  /*@ assert entries: \forall integer i, b; 0 <= i < nmap ==> (Has(map, i, b) <==> \at(Has(map, i, b), Before)); */
  /*@ assert types: \forall integer i; 0 <= i < nmap ==> map[i].type == \at(map[i].type, Before); */
  /*@ assert reservations: \forall integer i, b; 0 <= i < nreserved ==> (Has(reserved, i, b) <==> \at(Has(reserved, i, b), Before)); */
  /*@ assert ram: \forall integer b; Ram(map, nmap, b) <==> \at(Ram(map, nmap, b), Before); */
  /*@ assert reserved_bytes: \forall integer b; Reserved(reserved, nreserved, b) <==> \at(Reserved(reserved, nreserved, b), Before); */
  /*@ assert bytes: \forall integer b; UsableByte(map, nmap, reserved, nreserved, b) <==>
        \at(UsableByte(map, nmap, reserved, nreserved, b), Before); */
  /*@ assert usable_frames: \forall integer f; UsableFrame(map, nmap, reserved, nreserved, f) <==>
        \at(UsableFrame(map, nmap, reserved, nreserved, f), Before); */
  //@ assert still_sound: \forall integer k, f; 0 <= k < count && InRun(runs, k, f) ==> f < frame_limit && UsableFrame(map, nmap, reserved, nreserved, f);
  //@ assert still_lowest: runs[0].first < frame_limit && UsableFrame(map, nmap, reserved, nreserved, runs[0].first);
  //@ assert still_complete: \forall integer f; 0 <= f < frame_limit && UsableFrame(map, nmap, reserved, nreserved, f) ==> InRuns(runs, count, f);
  return STATUS_OK;
}
