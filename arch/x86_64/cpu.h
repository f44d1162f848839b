/* The instructions that C has no words for. */
#ifndef ASHLAR_CPU_H
#define ASHLAR_CPU_H

#include <stdint.h>

#define CR0_WP 0x10000u
#define CR0_NW 0x20000000u /* not write-through */
#define CR0_CD 0x40000000u /* cache disable */
#define CR4_PGE 0x80u
#define CR4_UMIP 0x800u
#define CR4_LA57 0x1000u /* page tables of 5 levels */
#define CR4_SMEP 0x100000u
#define CR4_SMAP 0x200000u

#define MSR_APIC_BASE 0x1Bu
#define MSR_PAT 0x277u /* the page attribute table: a memory type in each byte */

static inline void out8(uint16_t port, uint8_t value)
{
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static inline uint64_t read_cr0(void)
{
  uint64_t value;
  __asm__ volatile("mov %%cr0, %0" : "=r"(value));
  return value;
}

static inline void write_cr0(uint64_t value)
{
  __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline uint64_t read_cr2(void)
{
  uint64_t value;
  __asm__ volatile("mov %%cr2, %0" : "=r"(value));
  return value;
}

static inline uint64_t read_cr4(void)
{
  uint64_t value;
  __asm__ volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}

static inline void write_cr4(uint64_t value)
{
  __asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline uint64_t read_cr3(void)
{
  uint64_t value;
  __asm__ volatile("mov %%cr3, %0" : "=r"(value));
  return value;
}

static inline void write_cr3(uint64_t value)
{
  __asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

/* Forgets the translation of the page at address, whatever its size and global or not, and what the processor remembers
 * of the tables on the way to it; of all others, too (Intel SDM vol. 3, 4.10.4.1), unless AMD's EFER.TCE is set. */
static inline void flush_page(uint64_t address)
{
  __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* Forgets every translation, and all that the processor remembers of tables. A new CR3 leaves global pages, a change
 * of PGE nothing; where that is off no page is global. */
static inline void flush_everything(void)
{
  uint64_t cr4 = read_cr4();
  if ((cr4 & CR4_PGE) != 0) {
    write_cr4(cr4 & ~(uint64_t)CR4_PGE);
    write_cr4(cr4);
  } else {
    write_cr3(read_cr3());
  }
}

static inline uint64_t read_msr(uint32_t number)
{
  uint32_t low, high;
  __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
  return (uint64_t)high << 32 | low;
}

static inline void write_msr(uint32_t number, uint64_t value)
{
  __asm__ volatile("wrmsr"
                   :
                   : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                   : "memory");
}

/* Writes every cache line that differs from memory back, and empties the caches and write-combining buffers. */
static inline void flush_caches(void)
{
  __asm__ volatile("wbinvd" : : : "memory");
}

struct cpuid {
  uint32_t a, b, c, d;
};

static inline struct cpuid cpuid(uint32_t leaf)
{
  struct cpuid r = {leaf, 0, 0, 0};
  __asm__ volatile("cpuid" : "+a"(r.a), "=b"(r.b), "+c"(r.c), "=d"(r.d));
  return r;
}

#endif
