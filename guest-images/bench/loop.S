// An integer loop for measuring the speed of a CPU: 40,000,000 rounds of 10 instructions, one of them a taken branch and no memory access.
// It needs no device but PSCI, by which it switches the machine off.

        .equ    ROUNDS, 40000000
        .equ    PSCI_SYSTEM_OFF, 0x84000008

        .text
        .global _start
_start:
        mov     w0, #(ROUNDS & 0xffff)
        movk    w0, #(ROUNDS >> 16), lsl #16
        mov     x1, #1
        mov     x2, #3
        mov     x3, #5
        .balign 64
1:      add     x1, x1, x2
        eor     x3, x3, x1, lsl #7
        lsr     x4, x3, #9
        add     x2, x2, x4
        and     x5, x1, #0xff
        orr     x2, x2, x5
        cmp     x2, x3
        csel    x1, x1, x4, lo
        subs    w0, w0, #1
        b.ne    1b

        ldr     w0, =PSCI_SYSTEM_OFF
        hvc     #0
2:      wfi
        b       2b
