// A guest that does what it is told by one key: for tests of consoles, scripts and the ways in which a run ends.
// It prints "ready> " and then, for each character it receives:
//   q  switches itself off            w  waits for an interrupt that never comes
//   r  resets itself                  s  spins for ever
//   f  faults for ever                e  prints what U-Boot prints when it has died
//   anything else is printed as it is

        .equ    UART, 0x09000000        // PL011 of the virt board
        .equ    UART_FR, 0x18
        .equ    UART_FR_RXFE_BIT, 4
        .equ    PSCI_SYSTEM_OFF, 0x84000008
        .equ    PSCI_SYSTEM_RESET, 0x84000009

        .macro  on key, target
        cmp     w0, #\key
        b.eq    \target
        .endm

        .text
        .global _start
_start:
        mov     x19, #UART
        adr     x1, ready
        bl      print
next:   ldr     w1, [x19, #UART_FR]
        tbnz    w1, #UART_FR_RXFE_BIT, next
        ldr     w0, [x19]
        and     w0, w0, #0xff
        on      'q', off
        on      'r', reset
        on      'w', wait
        on      's', spin
        on      'f', fault
        on      'e', error
        str     w0, [x19]
        b       next

off:    ldr     w0, =PSCI_SYSTEM_OFF
        hvc     #0
reset:  ldr     w0, =PSCI_SYSTEM_RESET
        hvc     #0
wait:   msr     daifset, #0xf
1:      wfi
        b       1b
spin:   b       spin
fault:  mov     x1, #0x1000000000       // nothing is there
        msr     vbar_el1, x1
        isb
        br      x1
error:  adr     x1, died
        bl      print
        b       next

print:  ldrb    w0, [x1], #1
        cbz     w0, 1f
        str     w0, [x19]
        b       print
1:      ret

ready:  .asciz  "ready> "
died:   .asciz  "### ERROR ### Please RESET the board ###\n"
