/* Exception entry, the accesses that may fault on purpose, and the way into user mode. */
        .text
        .macro  stub number
        .balign 16
        .if     !((\number == 8) || ((\number >= 10) && (\number <= 14)) || (\number == 17) || (\number == 21))
        pushq   $0                      /* no error code from the processor: keep the layout */
        .endif
        pushq   $\number
        jmp     trap_common
        .endm

        .balign 16
        .globl  trap_stubs              /* 32 stubs, 16 bytes each */
trap_stubs:
        .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        stub    \n
        .endr
        .balign 16

trap_common:                            /* builds struct trap and lets C change it */
        cld
        pushq   %rax
        pushq   %rbx
        pushq   %rcx
        pushq   %rdx
        pushq   %rsi
        pushq   %rdi
        pushq   %rbp
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        movq    %rsp, %rdi
        movq    %rsp, %rbx
        andq    $-16, %rsp
        call    trap
        movq    %rbx, %rsp
        popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rbp
        popq    %rdi
        popq    %rsi
        popq    %rdx
        popq    %rcx
        popq    %rbx
        popq    %rax
        addq    $16, %rsp
        iretq

        .globl  interrupt_stub          /* an interrupt has no more to do than end a halt */
interrupt_stub:
        pushq   %rax
        movb    $0x20, %al              /* to the first controller: handled */
        outb    %al, $0x20
        popq    %rax
        iretq

/* uint64_t probe_*(address): -1 when the access went through, else the error code, which
 * trap() leaves in rax when it finds the faulting rip below. */
        .globl  probe_read, probe_write, probe_execute
        .globl  probe_read_at, probe_write_at, probe_execute_back, probe_done
probe_read:
probe_read_at:
        movb    (%rdi), %al
        movq    $-1, %rax
        ret
probe_write:
        xorl    %eax, %eax
probe_write_at:
        movb    %al, (%rdi)
        movq    $-1, %rax
        ret
probe_execute:
        call    *%rdi
probe_execute_back:
        movq    $-1, %rax
probe_done:
        ret

/* uint64_t user_run(operand, code): runs the code in user mode, with operand in rdi, until it faults. The trap
 * comes in on this stack, and returns to probe_done with it. */
        .globl  user_run
user_run:
        movq    %rsp, task_state+4(%rip)
        pushq   $0x2B                   /* ss */
        pushq   $0                      /* rsp: user code here has no stack */
        pushq   $2                      /* flags */
        pushq   $0x33                   /* cs */
        pushq   %rsi
        iretq
        .section .note.GNU-stack, "", @progbits
