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

/* The last byte from address on, at most end, before any of these entries starts or ends. */
/*@ requires memory: \valid_read(map + (0 .. count - 1));
    requires ahead: address <= end;
    assigns \nothing;
    ensures range: address <= \result <= end;
    ensures same: \forall integer i, b; 0 <= i < count && address <= b <= \result ==>
      (Has(map, i, b) <==> Has(map, i, address));
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
  return end;
}

/* Appends the whole frames below limit of the bytes first .. last to the count runs there
 * are, if there are any. Returns how many runs there are now: capacity + 1 when they have no room. */
/*@ requires memory: \valid(runs + (0 .. capacity - 1));
    requires range: count <= capacity < UINT32_MAX && first <= last && limit <= FRAMES_MAX;
    assigns runs[count];
    ensures result: \result == count || \result == count + 1;
    ensures none: \result == count ==> \forall integer f;
      0 <= f < limit && first <= f * FRAME_SIZE ==> last < f * FRAME_SIZE + FRAME_SIZE - 1;
    ensures frames: \result == count + 1 && \result <= capacity ==> \forall integer f;
      InRun(runs, count, f) <==> 0 <= f < limit && first <= f * FRAME_SIZE && f * FRAME_SIZE + FRAME_SIZE - 1 <= last;
    ensures proper: \result == count + 1 && \result <= capacity ==> runs[count].first < runs[count].end <= limit;
    ensures inside: \result == count + 1 && \result <= capacity ==>
      first <= runs[count].first * FRAME_SIZE && runs[count].end * FRAME_SIZE <= last + 1;
    ensures unchanged: \result == count ==> runs[count] == \old(runs[count]);
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
  if (count < capacity) {
    runs[count].first = begin;
    runs[count].end = end;
  }
  return count + 1;
}

/* The maximal runs of usable frames. Between two boundaries nothing changes, so one look
 * decides a whole stretch of bytes; adjacent usable stretches are one range first ..
 * address - 1, which is rounded inwards to frames when it ends. Nothing is sorted.
 * Returns the number of runs: capacity + 1 when they have no room. */
static uint32_t collect(const struct memmap_entry *map, uint32_t nmap,
                        const struct memmap_entry *reserved, uint32_t nreserved, uint64_t limit,
                        struct run *runs, uint32_t capacity)
{
  uint32_t count = 0;
  uint64_t address = 0;
  uint64_t first = 0;
  bool open = false; /* first .. address - 1 is usable */
  for (;;) {
    uint64_t end = stretch_end(map, nmap, address, UINT64_MAX);
    end = stretch_end(reserved, nreserved, address, end);
    bool usable = is_ram(map, nmap, address) && !is_reserved(reserved, nreserved, address);
    if (usable && !open)
      first = address;
    if (!usable && open)
      count = append(runs, capacity, count, first, address - 1, limit);
    open = usable;
    if (count > capacity)
      return count;
    if (end == UINT64_MAX)
      return open ? append(runs, capacity, count, first, UINT64_MAX, limit) : count;
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
    capacity = MEMMAP_RUNS_MAX;
  uint32_t count = collect(map, nmap, reserved, nreserved, frame_limit, runs, capacity);
  if (count > capacity)
    return STATUS_NO_SPACE;
  if (count == 0)
    return STATUS_NO_MEMORY;
  *nruns = count;
  return STATUS_OK;
}
