/*
 * Tells what a CPU's system registers and system instructions do, one line each, on the UART of the virt board:
 *
 *   EEEE VVVVVVVVVVVVVVVV                     the register with this encoding (bits 20 to 5 of MRS) reads as this
 *   EEEE VVVVVVVVVVVVVVVV OOOO... ZZZZ...     and after ones, then zeros, were written, as these
 *   EEEE T L SSSSSSSS                         the access was trapped to level L with this ESR; exceptions of class 0 are not told
 *   END
 *
 * The words behind the entry are parameters, which whoever runs the image changes in it.
 * Build: see build.sh. It starts at address 0 with the MMU off, at the highest exception level.
 */
        .section .text
        .global _start
_start:
        b       start

        .org    0x40
level:          .quad 1         /* the exception level to look from, not above that out of reset */
mode:           .quad 0         /* 0 reads, 1 writes ones and zeros and reads back, 2 writes what it has read, 3 system instructions */
scr:            .quad 0x531     /* SCR_EL3 */
cptr3:          .quad 0
mdcr3:          .quad 0
hcr:            .quad 0x80000000
cptr2:          .quad 0x33ff
mdcr2:          .quad 6
sctlr:          .quad 0xc50838  /* SCTLR_EL1 */
cpacr:          .quad 0x300000
mdscr:          .quad 0
pmuserenr:      .quad 0

        .equ    UART, 0x09000000
        .equ    SLOT, 0x40200000
        .equ    DATA, 0x40300000

        .equ    HOME, 0x40100000
        .equ    SIZE, 0x1000

        /* Moves to RAM, which both security states see. */
start:
        adr     x0, _start
        ldr     x1, =HOME
        add     x2, x0, #SIZE
1:      ldp     x3, x4, [x0], #16
        stp     x3, x4, [x1], #16
        cmp     x0, x2
        b.ne    1b
        ldr     x0, =HOME
        add     x0, x0, #(resident - _start)
        br      x0

resident:
        adr     x0, vectors
        mrs     x1, CurrentEL
        lsr     x1, x1, #2
        cmp     x1, #3
        b.ne    1f
        msr     vbar_el3, x0
        ldr     x2, scr
        msr     scr_el3, x2
        ldr     x2, cptr3
        msr     cptr_el3, x2
        ldr     x2, mdcr3
        msr     mdcr_el3, x2
1:      cmp     x1, #2
        b.lt    2f
        msr     vbar_el2, x0
        ldr     x2, hcr
        msr     hcr_el2, x2
        ldr     x2, cptr2
        msr     cptr_el2, x2
        ldr     x2, mdcr2
        msr     mdcr_el2, x2
2:      msr     vbar_el1, x0
        ldr     x2, sctlr
        msr     sctlr_el1, x2
        ldr     x2, cpacr
        msr     cpacr_el1, x2
        ldr     x2, pmuserenr
        msr     pmuserenr_el0, x2
        ldr     x2, mdscr
        msr     mdscr_el1, x2

        /* Go down to the level to look from. */
        ldr     x2, level
        cmp     x2, x1
        b.eq    look
        lsl     x3, x2, #2
        cbz     x2, 3f
        orr     x3, x3, #1
3:      mov     x4, #0x3c0
        orr     x3, x3, x4
        adr     x4, look
        cmp     x1, #2
        b.eq    4f
        b.gt    5f
        msr     spsr_el1, x3
        msr     elr_el1, x4
        eret
4:      msr     spsr_el2, x3
        msr     elr_el2, x4
        eret
5:      msr     spsr_el3, x3
        msr     elr_el3, x4
        eret

look:
        ldr     x20, =UART
        ldr     x21, =SLOT
        ldr     w0, return
        str     w0, [x21, #4]
        ldr     x22, mode
        mov     x19, #0x8000            /* op0 = 2 */
        mov     x23, #0x10000
        cmp     x22, #3
        b.ne    next
        mov     x19, #0x4000            /* op0 = 1 */
        mov     x23, #0x8000
next:
        cmp     x19, x23
        b.eq    end
        mov     x24, #0                 /* what the vectors found */
        cmp     x22, #3
        b.eq    instruction

        /* MRS X0 */
        ldr     w1, read
        orr     w1, w1, w19, lsl #5
        str     w1, [x21]
        blr     x21
        cbnz    x24, trapped
        mov     x25, x0
        cmp     x22, #0
        b.eq    tell
        bl      skipped
        cbnz    x0, advance
        cmp     x22, #2
        b.eq    rewrite

        /* MSR with ones, MRS, MSR with zeros, MRS, MSR with what was there */
        mov     x0, #-1
        bl      write_it
        bl      read_it
        mov     x26, x0
        mov     x0, #0
        bl      write_it
        bl      read_it
        mov     x27, x0
        mov     x0, x25
        bl      write_it
        bl      print_encoding
        mov     x0, x25
        mov     x1, #64
        bl      print_space
        mov     x0, x26
        mov     x1, #64
        bl      print_space
        mov     x0, x27
        mov     x1, #64
        bl      print_space
        b       newline

rewrite:
        mov     x0, x25
        bl      write_it
        cbnz    x24, trapped
        b       advance

instruction:
        /* SYS with an address in RAM, for the encodings that the architecture uses: CRn 7, 8, 11, 15. */
        ubfx    x1, x19, #7, #4
        cmp     x1, #7
        b.eq    1f
        cmp     x1, #8
        b.eq    1f
        cmp     x1, #11
        b.eq    1f
        cmp     x1, #15
        b.ne    advance
1:      ldr     x0, =DATA
        bl      write_it
        cbnz    x24, trapped
        bl      print_encoding
        b       newline

tell:
        bl      print_encoding
        mov     x0, x25
        mov     x1, #64
        bl      print_space
        b       newline

trapped:
        ubfx    x1, x24, #26, #6
        cbz     x1, advance
        bl      print_encoding
        mov     w0, #' '
        strb    w0, [x20]
        mov     w0, #'T'
        strb    w0, [x20]
        lsr     x0, x24, #32
        mov     x1, #4
        bl      print_space
        mov     x0, x24
        mov     x1, #32
        bl      print_space
newline:
        mov     w0, #'\n'
        strb    w0, [x20]
advance:
        add     x19, x19, #1
        b       next

end:
        mov     w0, #'E'
        strb    w0, [x20]
        mov     w0, #'N'
        strb    w0, [x20]
        mov     w0, #'D'
        strb    w0, [x20]
        mov     w0, #'\n'
        strb    w0, [x20]
1:      b       1b

/* X0 = 1 for the registers that must keep their value for this program to go on. */
skipped:
        adr     x1, keep
1:      ldrh    w2, [x1], #2
        cbz     w2, 2f
        cmp     w2, w19
        b.ne    1b
        mov     x0, #1
        ret
2:      mov     x0, #0
        ret
keep:
        .hword  0xf080          /* SCTLR_EL3 */
        .hword  0xe080          /* SCTLR_EL2 */
        .hword  0xc080          /* SCTLR_EL1 */
        .hword  0xf088          /* SCR_EL3 */
        .hword  0xe088          /* HCR_EL2 */
        .hword  0xf600          /* VBAR_EL3 */
        .hword  0xe600          /* VBAR_EL2 */
        .hword  0xc600          /* VBAR_EL1 */
        .hword  0xc602          /* RMR_EL1 */
        .hword  0xe602          /* RMR_EL2 */
        .hword  0xf602          /* RMR_EL3 */
        .hword  0xc212          /* CurrentEL */
        .hword  0x8012          /* MDSCR_EL1 */
        .hword  0

read_it:
        ldr     w1, read
        b       1f
write_it:
        ldr     w1, write
        cmp     x22, #3
        b.ne    1f
        ldr     w1, system
1:      orr     w1, w1, w19, lsl #5
        str     w1, [x21]
        br      x21
read:   .word   0xd5200000      /* with bit 20 from op0 */
write:  .word   0xd5000000
system: .word   0xd5000000
return: ret

/* The encoding, four digits. */
print_encoding:
        mov     x0, x19
        mov     x1, #16
        b       print
/* A space, and the low X1 bits of X0. */
print_space:
        mov     w2, #' '
        strb    w2, [x20]
print:
        sub     x1, x1, #4
        lsr     x2, x0, x1
        and     x2, x2, #15
        add     x3, x2, #'0'
        cmp     x2, #10
        b.lo    1f
        add     x3, x2, #('a' - 10)
1:      strb    w3, [x20]
        cbnz    x1, print
        ret

        .ltorg

/* Every exception: X24 is the level above bit 32 and the syndrome; the instruction is skipped. */
taken:
        mrs     x10, CurrentEL
        lsr     x10, x10, #2
        cmp     x10, #2
        b.eq    2f
        b.gt    3f
        mrs     x11, elr_el1
        add     x11, x11, #4
        msr     elr_el1, x11
        ldr     x12, hcr
        mov     x11, #0
        tbnz    x12, #30, 4f            /* HCR_EL2.TRVM traps ESR_EL1 itself */
        mrs     x11, esr_el1
        b       4f
2:      mrs     x11, elr_el2
        add     x11, x11, #4
        msr     elr_el2, x11
        mrs     x11, esr_el2
        b       4f
3:      mrs     x11, elr_el3
        add     x11, x11, #4
        msr     elr_el3, x11
        mrs     x11, esr_el3
4:      orr     x24, x11, x10, lsl #32
        eret

        .balign 0x800
vectors:
        .rept   16
        b       taken
        .balign 0x80
        .endr

        .org    SIZE
