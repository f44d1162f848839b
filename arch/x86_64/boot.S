/* From QEMU's PVH entry (32 bits, paging off, ebx = start info) to kernel_main in the higher
 * half. The tables here last until memory is up: 2 MiB pages over the first 4 GiB, seen at 0
 * (to survive turning paging on), at DIRECT_MAP and, the first GiB, at -2 GiB. They have
 * PAGETABLE_LEVELS levels, 4 or 5; a processor without 5 (LA57) is told so and left. */
#include "ports.h"

#define PAE     0x20
#define LA57    0x1000                  /* both in CR4 */

        .section .note.pvh, "a", @note
        .long   4, 8, 18                /* name and descriptor sizes; XEN_ELFNOTE_PHYS32_ENTRY */
        .asciz  "Xen"
        .quad   pvh_start

        .section .boot, "awx", @progbits
        .code32
        .globl  pvh_start
pvh_start:
        cli
        cld
        movl    %ebx, %edi              /* kernel_main's argument; nothing below touches it */
#if PAGETABLE_LEVELS == 5
        xorl    %eax, %eax              /* the last leaf that there is */
        cpuid
        cmpl    $7, %eax
        jb      refuse
        movl    $7, %eax
        xorl    %ecx, %ecx
        cpuid
        testl   $0x10000, %ecx          /* LA57 */
        jz      refuse
        movl    $(PAE | LA57), %ebx     /* the levels are chosen before long mode, for good */
#else
        movl    $PAE, %ebx
#endif
        movl    %cr4, %eax
        orl     %ebx, %eax
        movl    %eax, %cr4
        movl    $boot_root, %eax
        movl    %eax, %cr3
        movl    $0xC0000080, %ecx       /* EFER */
        rdmsr
        orl     $0x900, %eax            /* LME, NXE */
        wrmsr
        movl    %cr0, %eax
        orl     $0x80010001, %eax       /* PG, WP, PE */
        movl    %eax, %cr0
        lgdt    boot_gdt_pointer
        ljmp    $8, $long_mode

#if PAGETABLE_LEVELS == 5
refuse:                                 /* no stack, no tables: a line on the console, and out */
        movl    $refusal, %esi
1:      movw    $LINE_STATUS, %dx
        inb     %dx, %al
        testb   $CAN_SEND, %al
        jz      1b
        lodsb
        testb   %al, %al
        jz      2f
        movw    $SERIAL, %dx
        outb    %al, %dx
        jmp     1b
2:      movb    $EXIT_FAILED, %al
        outb    %al, $DEBUG_EXIT
3:      hlt
        jmp     3b
refusal:
        .asciz  "Bail out! the processor has no LA57: this kernel is for page tables of 5 levels\n"
#endif

        .code64
long_mode:
        movl    $16, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movabsq $higher_half, %rax
        jmp     *%rax

        .balign 8
boot_gdt:
        .quad   0, 0x00AF9A000000FFFF, 0x00CF92000000FFFF
boot_gdt_pointer:
        .word   23
        .long   boot_gdt

        .balign 4096
boot_root:                              /* entries 0 and 256: the first 4 GiB; 511: the image */
        .quad   boot_low + 3
        .fill   255, 8, 0
        .quad   boot_low + 3
        .fill   254, 8, 0
        .quad   boot_high + 3
boot_low:
#if PAGETABLE_LEVELS == 5
        .quad   boot_low3 + 3
        .fill   511, 8, 0
boot_low3:
#endif
        .quad   boot_pd + 3, boot_pd + 0x1003, boot_pd + 0x2003, boot_pd + 0x3003
        .fill   508, 8, 0
boot_high:
#if PAGETABLE_LEVELS == 5
        .fill   511, 8, 0
        .quad   boot_high3 + 3
boot_high3:
#endif
        .fill   510, 8, 0
        .quad   boot_pd + 3, 0
boot_pd:
        .set    page, 0
        .rept   2048
        .quad   (page << 21) + 0x83     /* present, writable, 2 MiB */
        .set    page, page + 1
        .endr

        .text
higher_half:
        leaq    stack_top(%rip), %rsp
        xorl    %ebp, %ebp
        movl    %edi, %edi
        call    kernel_main
1:      hlt
        jmp     1b

/* Stacks grow down onto a page that the kernel's address space leaves out. */
        .section .stacks, "aw", @nobits
        .balign 4096
        .globl  stack_guard, stack_top, fault_guard, fault_top
stack_guard:
        .skip   4096
        .skip   32768
stack_top:
fault_guard:
        .skip   4096
        .skip   8192
fault_top:
        .section .note.GNU-stack, "", @progbits
