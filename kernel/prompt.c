#include "prompt.h"

#include "command.h"
#include "console.h"
#include "fault.h"
#include "line.h"
#include "memory.h"
#include "show.h"
#include "suite.h"

#define TAKES_MAX 4u              /* arguments of a command */
#define WORDS_MAX (1 + TAKES_MAX) /* of a line */
#define LINE 128u
#define COLUMN 40u /* where help explains */

/* The words behind a command's name, and as numbers where the command takes numbers. */
struct arguments {
  const char *word[WORDS_MAX];
  uint64_t number[WORDS_MAX];
  uint32_t count;
};

struct command {
  const char *name;
  const char *takes[TAKES_MAX]; /* what its arguments are called; null when it takes fewer */
  uint32_t least;               /* how many must be given */
  bool numbers;                 /* whether they are numbers */
  const char *does;
  void (*run)(const struct arguments *given);
};

static void refused(enum status status)
{
  print("refused: %s\n", status_name(status));
}

/* Whether a number is a frame's: false, with the refusal printed, when it cannot be one or is beyond the frames. */
static bool known_frame(uint64_t number)
{
  if (number >= memory.frames.nframes) {
    refused(STATUS_OUT_OF_RANGE);
  }
  return number < memory.frames.nframes;
}

static void show(const struct arguments *given)
{
  (void)given;
  show_memory();
}

static void frame(const struct arguments *given)
{
  if (known_frame(given->number[0])) {
    show_frame((frame_t)given->number[0]);
  }
}

static void walk(const struct arguments *given)
{
  struct translation found;
  if (given->count == 0) {
    show_runs();
    return;
  }
  enum status status = pagetable_query(&memory.space, given->number[0], &found);
  if (status == STATUS_NOT_CANONICAL) {
    refused(status);
    return;
  }
  show_walk(given->number[0]);
  if (status != STATUS_OK) {
    print("  %s\n", status_name(status));
  }
}

static void alloc(const struct arguments *given)
{
  frame_t first;
  uint64_t order = given->number[0];
  enum status status = order > UINT32_MAX
                           ? STATUS_BAD_ORDER
                           : frame_alloc(&memory.frames, (uint32_t)order, OWNER_KERNEL, 0, &first);
  if (status != STATUS_OK) {
    refused(status);
    return;
  }
  print("frame %x order %u, seen at %x\n", (uint64_t)first, order, (uint64_t)frame_view(first));
}

/* Answers as buddy_free does; but the frames' records have to follow, so a block that it would take goes back
 * through the database. STATUS_BAD_OWNER: the prompt did not hand it out; it may be a table that the processor uses.
 * STATUS_ALREADY_MAPPED: a page shows it. */
static enum status give_back(uint64_t frame, uint64_t asked)
{
  struct frames *db = &memory.frames;
  enum block_state state;
  frame_t first;
  uint32_t order;
  if (asked > BUDDY_MAX_ORDER) {
    return STATUS_BAD_ORDER;
  }
  if (frame >= db->nframes ||
      buddy_find(&db->buddy, (frame_t)frame, &state, &first, &order) != STATUS_OK) {
    return STATUS_OUT_OF_RANGE;
  }
  if (state != BLOCK_USED || first != frame || order != asked) {
    return buddy_free(&db->buddy, (frame_t)frame, (uint32_t)asked);
  }
  if (db->records[first].owner != OWNER_KERNEL) {
    return STATUS_BAD_OWNER;
  }
  return db->records[first].references > 1 ? STATUS_ALREADY_MAPPED : frame_put(db, first);
}

static void free_block(const struct arguments *given)
{
  enum status status = give_back(given->number[0], given->number[1]);
  if (status == STATUS_OK) {
    print("free frames %u\n", buddy_free_frames(&memory.frames.buddy));
  } else if (status == STATUS_ALREADY_MAPPED) {
    print("refused: it is mapped: unmap it first\n");
  } else {
    refused(status);
  }
}

/* What came of a call: the page at address, or that it was refused. */
static void show_page(enum status status, uint64_t address)
{
  if (status != STATUS_OK) {
    refused(status);
    return;
  }
  show_walk(address);
}

static void map(const struct arguments *given)
{
  uint64_t address = given->number[0];
  if (!known_frame(given->number[1])) {
    return;
  }
  frame_t first = (frame_t)given->number[1];
  uint64_t level = given->count < 3 ? 1 : given->number[2];
  enum status status = STATUS_BAD_LEVEL;
  if (level <= memory.largest && given->count < 4) {
    status = pagetable_map(&memory.space, address, first, (uint32_t)level, PAGE_WRITE);
  } else if (level <= memory.largest) {
    status = pagetable_map_range(&memory.space, address, first, given->number[3], (uint32_t)level,
                                 PAGE_WRITE);
  }
  show_page(status, address);
}

/* Whether a page is mapped at address, which *was then is; says so when not. The kernel's own pages hold no reference
 * to their frames, and stay. */
static bool mapped(uint64_t address, struct translation *was)
{
  enum status status = pagetable_query(&memory.space, address, was);
  if (status != STATUS_OK) {
    refused(status);
  } else if ((was->permissions & PAGE_UNOWNED) != 0) {
    print("refused: a page of the kernel's\n");
  }
  return status == STATUS_OK && (was->permissions & PAGE_UNOWNED) == 0;
}

static void split(const struct arguments *given)
{
  struct translation was;
  uint64_t address = given->number[0];
  if (mapped(address, &was)) {
    show_page(pagetable_split(&memory.space, address, was.level), address);
  }
}

static void merge(const struct arguments *given)
{
  struct translation was;
  struct flush owed = {0};
  uint64_t address = given->number[0];
  if (!mapped(address, &was)) {
    return;
  }
  enum status status = was.level == memory.largest
                           ? STATUS_BAD_LEVEL
                           : pagetable_merge(&memory.space, address, was.level + 1, &owed);
  settle(&owed);
  show_page(status, address);
}

/* What a page was before a call. */
static void show_was(const struct translation *was)
{
  print("was frame %x%s%s\n", (uint64_t)was->frame, was->accessed ? ", accessed" : "",
        was->dirty ? ", dirty" : "");
}

/* What came of a call on one page, and the flush of it. */
static void finish_page(enum status status, const struct translation *was, struct flush *owed)
{
  if (status != STATUS_OK) {
    refused(status);
    return;
  }
  settle(owed);
  show_was(was);
}

/* What came of a call on a range, and the flush of it. */
static void finish_range(enum status status, const struct seen *seen, struct flush *owed)
{
  if (status != STATUS_OK) {
    refused(status);
    return;
  }
  settle(owed);
  print("pages %u%s%s\n", seen->pages, seen->accessed ? ", accessed" : "",
        seen->dirty ? ", dirty" : "");
}

/* Whether nothing in a range is the kernel's own; says so, or what is wrong with the range, when not. */
static bool spares_kernel(uint64_t address, uint64_t pages)
{
  struct page_run run;
  enum status status;
  do {
    status = pagetable_query_range(&memory.space, address, pages, &run);
    if (status != STATUS_OK) {
      refused(status);
      return false;
    }
    if (run.mapped && (run.permissions & PAGE_UNOWNED) != 0) {
      print("refused: a page of the kernel's\n");
      return false;
    }
    address += run.pages * PAGE_SIZE;
    pages -= run.pages;
  } while (pages > 0);
  return true;
}

static void unmap(const struct arguments *given)
{
  uint64_t address = given->number[0], pages = given->number[1];
  struct translation was;
  struct seen seen;
  struct flush owed = {0};
  if (given->count == 1 && mapped(address, &was)) {
    finish_page(pagetable_unmap(&memory.space, address, was.level, &was, &owed), &was, &owed);
  } else if (given->count == 2 && spares_kernel(address, pages)) {
    finish_range(pagetable_unmap_range(&memory.space, address, pages, &seen, &owed), &seen, &owed);
  }
}

static void protect(const struct arguments *given)
{
  uint64_t address = given->number[0], pages = given->number[1], permissions = given->number[2];
  struct seen seen;
  struct flush owed = {0};
  if (spares_kernel(address, pages)) {
    enum status status = permissions > PAGE_PERMISSIONS
                             ? STATUS_BAD_PERMISSION
                             : pagetable_protect_range(&memory.space, address, pages,
                                                       (uint32_t)permissions, &seen, &owed);
    finish_range(status, &seen, &owed);
  }
}

/* Of the kernel's pages, too: it loses nothing by it. */
static void clear(const struct arguments *given)
{
  uint64_t address = given->number[0], pages = given->number[1];
  struct translation was;
  struct seen seen;
  struct flush owed = {0};
  if (given->count == 1) {
    enum status status = pagetable_query(&memory.space, address, &was);
    if (status == STATUS_OK) {
      status = pagetable_test_and_clear(&memory.space, address, was.level, &was, &owed);
    }
    finish_page(status, &was, &owed);
  } else {
    finish_range(pagetable_test_and_clear_range(&memory.space, address, pages, &seen, &owed), &seen,
                 &owed);
  }
}

static void test(const struct arguments *given)
{
  if (given->count == 0 || suite_has(given->word[0])) {
    suite(given->count == 0 ? 0 : given->word[0]);
    return;
  }
  print("no test is called %s; there are\n", given->word[0]);
  suite_list();
}

static void make_fault(const struct arguments *given)
{
  if (!fault(given->word[0])) {
    print("no fault is called %s; there are " FAULT_KINDS "\n", given->word[0]);
  }
}

static void help(const struct arguments *given);

static void quit(const struct arguments *given)
{
  (void)given;
  leave(1);
}

static const struct command commands[] = {
    {"help",
     {0},
     0,
     false,
     "this list; numbers are decimal, or hexadecimal with 0x; PAGES of 4 KiB",
     help},
    {"mem", {0}, 0, false, "the memory map, free blocks of each order, owners", show},
    {"frame", {"FRAME"}, 1, true, "what a frame is, and the block it lies in", frame},
    {"walk",
     {"ADDRESS"},
     0,
     true,
     "the table entries on the way to a virtual address, or all that is mapped",
     walk},
    {"alloc", {"ORDER"}, 1, true, "take a block of 2^ORDER frames", alloc},
    {"free", {"FRAME", "ORDER"}, 2, true, "give a block back", free_block},
    {"map",
     {"ADDRESS", "FRAME", "LEVEL", "PAGES"},
     2,
     true,
     "map a page to a frame, writable: of 4 KiB, or LEVEL 2 (2 MiB) or 3 (1 GiB); or PAGES, none "
     "larger",
     map},
    {"split", {"ADDRESS"}, 1, true, "make 512 pages of the next size of a large page", split},
    {"merge", {"ADDRESS"}, 1, true, "make a large page of the 512 there", merge},
    {"clear",
     {"ADDRESS", "PAGES"},
     1,
     true,
     "say whether a page, or any of so many, was accessed and dirty, and clear both",
     clear},
    {"protect",
     {"ADDRESS", "PAGES", "PERMISSIONS"},
     3,
     true,
     "give pages other permissions: the sum of 1 execute, 2 write, 4 user, 32 global",
     protect},
    {"unmap", {"ADDRESS", "PAGES"}, 1, true, "take a page away again, or all in so many", unmap},
    {"test", {"NAME"}, 0, false, "run a test of the boot suite, or all of it", test},
    {"fault",
     {"KIND"},
     1,
     false,
     "commit a fault, which ends the kernel: " FAULT_KINDS,
     make_fault},
    {"quit", {0}, 0, false, "end, as Ctrl-D does", quit},
};
#define COMMANDS (sizeof commands / sizeof commands[0])

/* Prints the command and what it takes; how many characters that was. */
static uint32_t usage(const struct command *command)
{
  uint32_t n = 0;
  print("%s", command->name);
  for (const char *c = command->name; *c != 0; c++) {
    n++;
  }
  for (uint32_t i = 0; i < TAKES_MAX && command->takes[i] != 0; i++) {
    print(i < command->least ? " %s" : " [%s]", command->takes[i]);
    n += i < command->least ? 1 : 3;
    for (const char *c = command->takes[i]; *c != 0; c++) {
      n++;
    }
  }
  return n;
}

static void help(const struct arguments *given)
{
  (void)given;
  for (uint32_t i = 0; i < COMMANDS; i++) {
    print("  ");
    for (uint32_t n = usage(&commands[i]); n < COLUMN; n++) {
      print(" ");
    }
    print("%s\n", commands[i].does);
  }
}

/* Whether the arguments are what the command takes; says what is wrong when not. */
static bool suits(const struct command *command, struct arguments *given)
{
  uint32_t most = 0;
  while (most < TAKES_MAX && command->takes[most] != 0) {
    most++;
  }
  if (given->count > most || given->count < command->least) {
    print("usage: ");
    usage(command);
    print("\n");
    return false;
  }
  for (uint32_t i = 0; command->numbers && i < given->count; i++) {
    if (!word_number(given->word[i], &given->number[i])) {
      print("%s is no number: %s\n", command->takes[i], given->word[i]);
      return false;
    }
  }
  return true;
}

static void carry_out(const char *name, struct arguments *given)
{
  for (uint32_t i = 0; i < COMMANDS; i++) {
    if (word_is(name, commands[i].name)) {
      if (suits(&commands[i], given)) {
        commands[i].run(given);
      }
      return;
    }
  }
  print("unknown command: %s (help lists them)\n", name);
}

_Noreturn void prompt(void)
{
  char line[LINE];
  const char *words[WORDS_MAX];
  print("ashlar: help lists the commands, quit ends\n");
  for (;;) {
    print("> ");
    if (!read_line(line, LINE)) {
      leave(1);
    }
    uint32_t n = words_of(line, words, WORDS_MAX);
    struct arguments given = {.count = n == 0 ? 0 : n - 1};
    for (uint32_t i = 1; i < n && i < WORDS_MAX; i++) {
      given.word[i - 1] = words[i];
    }
    if (n != 0) {
      carry_out(words[0], &given);
    }
  }
}
