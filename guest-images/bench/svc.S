// Two million exceptions of EL1, each returned from at once.

        .equ    ROUNDS, 2000000
        .equ    PSCI_SYSTEM_OFF, 0x84000008

        .text
        .global _start
_start:
        adr     x0, vectors
        msr     vbar_el1, x0
        isb
        ldr     w1, =ROUNDS
1:      svc     #0
        subs    w1, w1, #1
        b.ne    1b
        ldr     w0, =PSCI_SYSTEM_OFF
        hvc     #0
2:      wfi
        b       2b

        .balign 2048
vectors:
        .skip   0x200
        add     x2, x2, #1
        eret
