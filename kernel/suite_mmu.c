/* What the core says of a page and what the processor does with it must be the same: every kind of
 * page of every size, every kind of access, with each protection of the processor on and off. */
#include "console.h"
#include "cpu.h"
#include "memory.h"
#include "suite.h"
#include "trap.h"

#define CODE (SCRATCH + 0x40000000u) /* behind the largest page */
#define BLOCK_ORDER 9u               /* frames for a page of 2 MiB */
#define RETURN 0u /* what is where in the frame: a return instruction, a halt instruction, data */
#define HALT 1u
#define DATA 64u

enum access { READ, WRITE, FETCH };

/* Programs of user mode, 8 bytes apart: movb (%rdi), %al; hlt -- movb %al, (%rdi); hlt -- jmp *%rdi */
static const uint8_t programs[] = {0x8A, 0x07, 0xF4, 0, 0, 0, 0, 0,    0x88,
                                   0x07, 0xF4, 0,    0, 0, 0, 0, 0xFF, 0xE7};

/* A page as the core sees it, with the frame at address; and who does what to it under which protections. */
struct attempt {
  uint64_t address;
  bool mapped, user, write_protect, smep, smap;
  uint32_t level, permissions;
  enum access access;
};

/* By the rules of the processor's manual: the error code of the page fault, or PROBE_DONE. */
static uint64_t expected(const struct attempt *a)
{
  static const uint64_t kind[] = {0, 2, 16};
  uint64_t error = kind[a->access] + (a->user ? 4 : 0);
  bool of_user = (a->permissions & PAGE_USER) != 0, allowed = a->mapped;
  if (a->user) {
    allowed = allowed && of_user;
  } else {
    allowed = allowed && !(of_user && (a->access == FETCH ? a->smep : a->smap));
  }
  if (a->access == WRITE && (a->user || a->write_protect)) {
    allowed = allowed && (a->permissions & PAGE_WRITE) != 0;
  } else if (a->access == FETCH) {
    allowed = allowed && (a->permissions & PAGE_EXECUTE) != 0;
  }
  return allowed ? PROBE_DONE : error + a->mapped;
}

static uint64_t carry_out(const struct attempt *a)
{
  uint64_t cr0 = read_cr0(), cr4 = read_cr4(), result;
  write_cr0(a->write_protect ? cr0 | CR0_WP : cr0 & ~(uint64_t)CR0_WP);
  write_cr4((cr4 & ~(uint64_t)(CR4_SMEP | CR4_SMAP)) | (a->smep ? CR4_SMEP : 0) |
            (a->smap ? CR4_SMAP : 0));
  flush_page(a->address);
  if (a->user) {
    result = user_run(a->address + (a->access == FETCH ? HALT : DATA), CODE + 8 * a->access);
  } else if (a->access == FETCH) {
    result = probe_execute(a->address + RETURN);
  } else {
    result = a->access == WRITE ? probe_write(a->address + DATA) : probe_read(a->address + DATA);
  }
  write_cr4(cr4);
  write_cr0(cr0);
  return result;
}

/* One attempt after another on a page of these permissions. Whether all went as expected, and the page
 * became dirty with the first write that went through, and accessed with the first access. */
static bool attempts(struct attempt a, bool smep, bool smap, uint64_t *tried)
{
  bool accessed = false, dirty = false;
  struct translation t = {0};
  for (unsigned i = 0; i < 48; i++) {
    a.access = (enum access)(i % 3);
    a.user = i / 3 % 2 != 0;
    a.write_protect = i / 6 % 2 != 0;
    a.smep = i / 12 % 2 != 0 && smep;
    a.smap = i / 24 != 0 && smap;
    uint64_t should = expected(&a), does = carry_out(&a);
    accessed = accessed || does == PROBE_DONE;
    dirty = dirty || (does == PROBE_DONE && a.access == WRITE);
    enum status status = pagetable_query(&memory.space, a.address, &t);
    ++*tried;
    if (does != should || (status == STATUS_OK) != a.mapped || t.dirty != dirty ||
        (accessed && !t.accessed)) {
      print("# level %u, permissions %u, access %u, user %u, WP %u, SMEP %u, SMAP %u: %x, not %x\n",
            (uint64_t)a.level, (uint64_t)a.permissions, (uint64_t)a.access, (uint64_t)a.user,
            (uint64_t)a.write_protect, (uint64_t)a.smep, (uint64_t)a.smap, does, should);
      return false;
    }
  }
  return true;
}

/* Whether all goes as expected with every kind of page of this level, frame f in it, and the programs mapped. A page of
 * 1 GiB is the one around the frame, and owns nothing. */
static bool all_kinds(frame_t f, uint32_t level, uint64_t *tried)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  bool smep = (read_cr4() & CR4_SMEP) != 0, smap = (read_cr4() & CR4_SMAP) != 0;
  uint32_t unowned = level == 3 ? PAGE_UNOWNED : 0;
  frame_t first = (frame_t)(f - f % page_span(level));
  struct attempt a = {.address = SCRATCH + (f - first) * (uint64_t)PAGE_SIZE, .level = level};
  bool good = attempts(a, smep, smap, tried);
  a.mapped = true;
  for (uint32_t p = 0; good && p <= (PAGE_USER | PAGE_WRITE | PAGE_EXECUTE); p++) {
    if ((p & PAGE_WRITE) != 0 && (p & PAGE_EXECUTE) != 0) {
      continue; /* the core maps no such page */
    }
    a.permissions = p | unowned;
    good = pagetable_map(s, SCRATCH, first, level, a.permissions) == STATUS_OK &&
           attempts(a, smep, smap, tried) &&
           pagetable_unmap(s, SCRATCH, level, &was, &owed) == STATUS_OK && was.frame == first &&
           was.permissions == a.permissions;
    settle(&owed);
  }
  return good;
}

const char *processor_obeys_the_tables(void)
{
  struct pagetable *s = &memory.space;
  struct translation was;
  struct flush owed = {0};
  frame_t block, code;
  uint64_t tried = 0;
  if (frame_alloc(&memory.frames, BLOCK_ORDER, OWNER_USER, 0, &block) != STATUS_OK) {
    return "SKIP no block of 2 MiB is free";
  }
  if (frame_alloc(&memory.frames, 0, OWNER_USER, 0, &code) != STATUS_OK ||
      pagetable_map(s, CODE, code, 1, PAGE_USER | PAGE_EXECUTE) != STATUS_OK) {
    return "no frame for the programs";
  }
  uint8_t *bytes = frame_view(block), *text = frame_view(code);
  bytes[RETURN] = 0xC3;
  bytes[HALT] = 0xF4;
  for (uint32_t i = 0; i < sizeof programs; i++) {
    text[i] = programs[i];
  }
  bool good = true;
  for (uint32_t level = 1; good && level <= memory.largest; level++) {
    good = all_kinds(block, level, &tried);
  }
  print("# %u accesses%s%s%s\n", tried, (read_cr4() & CR4_SMEP) != 0 ? "" : ", no SMEP",
        (read_cr4() & CR4_SMAP) != 0 ? "" : ", no SMAP",
        memory.largest < 3 ? ", no pages of 1 GiB" : "");
  bool back = pagetable_unmap(s, CODE, 1, &was, &owed) == STATUS_OK;
  settle(&owed);
  back = frame_put(&memory.frames, block) == STATUS_OK && back;
  back = frame_put(&memory.frames, code) == STATUS_OK && back;
  if (!back) {
    return "frames not taken back";
  }
  return good ? 0 : "the processor does otherwise than the core says";
}
