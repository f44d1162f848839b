#include "trap.h"

#include "console.h"
#include "cpu.h"
#include "memory.h"
#include "show.h"

#define PAGE_FAULT 14u
#define DOUBLE_FAULT 8u
#define GENERAL_PROTECTION 13u

/* What trap_common in traps.S pushes, lowest address first. */
struct trap {
  uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
  uint64_t number, error, rip, cs, flags, rsp, ss;
};

struct gate {
  uint16_t low, selector, type, middle;
  uint32_t high, zero;
};

struct __attribute__((packed)) pointer {
  uint16_t limit;
  uint64_t base;
};

void trap(struct trap *t);
extern uint32_t task_state[];
extern char trap_stubs[], interrupt_stub[], probe_read_at[], probe_write_at[], probe_execute_back[],
    probe_done[];

static struct gate idt[FIRST_INTERRUPT + 8];
/* Code, data, the task state (two entries), data and code of user mode. */
static uint64_t gdt[7] = {0, 0x00AF9A000000FFFF, 0x00CF92000000FFFF, 0,
                          0, 0x00CFF2000000FFFF, 0x00AFFA000000FFFF};
uint32_t
    task_state[26]; /* from byte 4: the stack for traps out of user mode, which user_run sets */

void trap_start(void)
{
  uint64_t base = (uint64_t)task_state, top = (uint64_t)fault_top;
  task_state[9] = (uint32_t)top; /* IST1 */
  task_state[10] = (uint32_t)(top >> 32);
  task_state[25] = sizeof task_state << 16; /* no I/O bitmap */
  gdt[3] =
      (sizeof task_state - 1) | (base & 0xFFFFFF) << 16 | 0x89ull << 40 | (base >> 24 & 0xFF) << 56;
  gdt[4] = base >> 32;
  for (uint64_t i = 0; i < FIRST_INTERRUPT + 8; i++) {
    uint64_t at = i < FIRST_INTERRUPT ? (uint64_t)trap_stubs + 16 * i : (uint64_t)interrupt_stub;
    uint16_t ist = i == DOUBLE_FAULT ? 1 : 0;
    idt[i] = (struct gate){(uint16_t)at,         8, (uint16_t)(0x8E00u | ist), (uint16_t)(at >> 16),
                           (uint32_t)(at >> 32), 0};
  }
  struct pointer g = {sizeof gdt - 1, (uint64_t)gdt}, i = {sizeof idt - 1, (uint64_t)idt};
  __asm__ volatile("lgdt %0; lidt %1; ltr %w2" : : "m"(g), "m"(i), "r"(24) : "memory");
}

/* Whether a probe made this exception; if so the trap returns to the probe's caller. */
static bool probed(struct trap *t)
{
  bool page_fault = t->number == PAGE_FAULT;
  if (!page_fault && t->number != GENERAL_PROTECTION) {
    return false;
  }
  if (t->rip == (uint64_t)probe_read_at || t->rip == (uint64_t)probe_write_at) {
    t->rip = (uint64_t)probe_done;
  } else if (page_fault && t->rip == read_cr2() && (t->error & 16u) != 0 &&
             *(uint64_t *)t->rsp == (uint64_t)probe_execute_back) {
    t->rip = (uint64_t)probe_done;
    t->rsp += 8; /* the call that did not arrive */
  } else {
    return false;
  }
  t->rax = page_fault ? t->error : PROBE_REFUSED;
  return true;
}

/* A trap out of user mode goes back to the caller of user_run. */
static void return_from_user(struct trap *t)
{
  t->rax = t->number == PAGE_FAULT           ? t->error
           : t->number == GENERAL_PROTECTION ? PROBE_DONE
                                             : USER_LOST;
  t->rip = (uint64_t)probe_done;
  t->cs = 8;
  t->rsp = task_state[1] | (uint64_t)task_state[2] << 32;
  t->ss = 16;
}

static void report_page_fault(const struct trap *t)
{
  uint64_t address = read_cr2();
  print("page fault at %x: %s, %s by %s%s\n", address,
        (t->error & 1u) != 0 ? "protection" : "not present",
        (t->error & 16u) != 0  ? "fetch"
        : (t->error & 2u) != 0 ? "write"
                               : "read",
        (t->error & 4u) != 0 ? "user" : "supervisor",
        (t->error & 8u) != 0 ? ", reserved bit set" : "");
  show_walk(address);
}

static bool within(uint64_t address, const char *from, const char *to)
{
  return address >= (uint64_t)from && address < (uint64_t)to;
}

/* The page fault before it could not be pushed, or its handler not be entered. */
static void report_double_fault(const struct trap *t)
{
  uint64_t address = read_cr2();
  print("double fault, handled on %s\n", within((uint64_t)t, fault_guard + PAGE_SIZE, fault_top)
                                             ? "a stack of its own"
                                             : "the stack that failed");
  if (within(address, stack_guard, stack_guard + PAGE_SIZE)) {
    print("  the stack has grown into its guard page at %x\n", address);
  }
}

/* Whether both words of a stack frame lie in one of the stacks. */
static bool in_a_stack(uint64_t frame)
{
  return frame % 8 == 0 && (within(frame + 8, stack_guard + PAGE_SIZE, stack_top) ||
                            within(frame + 8, fault_guard + PAGE_SIZE, fault_top));
}

/* The callers, by the chain of frame pointers while it goes up a stack. */
static void print_callers(uint64_t frame)
{
  for (unsigned depth = 0; depth < 16 && in_a_stack(frame); depth++) {
    const uint64_t *link = (uint64_t *)frame; /* NOLINT(performance-no-int-to-ptr) */
    print("  called from %x\n", link[1]);
    if (link[0] <= frame) {
      return;
    }
    frame = link[0];
  }
}

static const char *exception_name(uint64_t number)
{
  static const char *const names[] = {"divide error",   "debug",
                                      "non-maskable",   "breakpoint",
                                      "overflow",       "bound",
                                      "invalid opcode", "no coprocessor",
                                      "double fault",   "coprocessor overrun",
                                      "invalid TSS",    "segment not present",
                                      "stack segment",  "general protection",
                                      "page fault",     "reserved",
                                      "floating point", "alignment check",
                                      "machine check",  "SIMD floating point",
                                      "virtualization", "control protection"};
  return number < sizeof names / sizeof names[0] ? names[number] : "reserved";
}

void trap(struct trap *t)
{
  static bool reporting;
  if ((t->cs & 3u) != 0) {
    return_from_user(t);
    return;
  }
  if (probed(t)) {
    return;
  }
  print("Bail out! exception %u (%s) error %x\n", t->number, exception_name(t->number), t->error);
  if (reporting) { /* the report itself has failed: what is printed is all there is */
    leave(0);
  }
  reporting = true;
  if (t->number == PAGE_FAULT) {
    report_page_fault(t);
  } else if (t->number == DOUBLE_FAULT) {
    report_double_fault(t);
  }
  print("  rip %x rsp %x flags %x\n", t->rip, t->rsp, t->flags);
  print("  rax %x rbx %x rcx %x rdx %x\n", t->rax, t->rbx, t->rcx, t->rdx);
  print("  rsi %x rdi %x rbp %x r8 %x\n", t->rsi, t->rdi, t->rbp, t->r8);
  print("  r9 %x r10 %x r11 %x r12 %x\n", t->r9, t->r10, t->r11, t->r12);
  print("  r13 %x r14 %x r15 %x\n", t->r13, t->r14, t->r15);
  print_callers(t->rbp);
  leave(0);
}
