namespace Emulator.Interrupts;

/// <summary>Encodings of the CPU interface's registers, as <see cref="SystemRegisterAccess.Encode"/> packs them.</summary>
internal static class GicSystemRegister
{
    public const ushort PriorityMask = El1 | (4 << 7) | (6 << 3);                       // ICC_PMR_EL1

    public const ushort Acknowledge0 = El1 | Crn12 | (8 << 3);                          // ICC_IAR0_EL1
    public const ushort EndOfInterrupt0 = El1 | Crn12 | (8 << 3) | 1;                   // ICC_EOIR0_EL1
    public const ushort HighestPending0 = El1 | Crn12 | (8 << 3) | 2;                   // ICC_HPPIR0_EL1
    public const ushort BinaryPoint0 = El1 | Crn12 | (8 << 3) | 3;                      // ICC_BPR0_EL1
    public const ushort ActivePriorities0 = El1 | Crn12 | (8 << 3) | 4;                 // ICC_AP0R<0..3>_EL1
    public const ushort ActivePriorities0Last = ActivePriorities0 + 3;
    public const ushort ActivePriorities1 = El1 | Crn12 | (9 << 3);                     // ICC_AP1R<0..3>_EL1
    public const ushort ActivePriorities1Last = ActivePriorities1 + 3;

    public const ushort Deactivate = El1 | Crn12 | (11 << 3) | 1;                       // ICC_DIR_EL1
    public const ushort RunningPriority = El1 | Crn12 | (11 << 3) | 3;                  // ICC_RPR_EL1
    public const ushort SendSgi1 = El1 | Crn12 | (11 << 3) | 5;                         // ICC_SGI1R_EL1
    public const ushort SendSgi1Alias = El1 | Crn12 | (11 << 3) | 6;                    // ICC_ASGI1R_EL1
    public const ushort SendSgi0 = El1 | Crn12 | (11 << 3) | 7;                         // ICC_SGI0R_EL1

    public const ushort Acknowledge1 = El1 | Crn12 | (12 << 3);                         // ICC_IAR1_EL1
    public const ushort EndOfInterrupt1 = El1 | Crn12 | (12 << 3) | 1;                  // ICC_EOIR1_EL1
    public const ushort HighestPending1 = El1 | Crn12 | (12 << 3) | 2;                  // ICC_HPPIR1_EL1
    public const ushort BinaryPoint1 = El1 | Crn12 | (12 << 3) | 3;                     // ICC_BPR1_EL1
    public const ushort Control = El1 | Crn12 | (12 << 3) | 4;                          // ICC_CTLR_EL1
    public const ushort SystemRegisterEnable = El1 | Crn12 | (12 << 3) | 5;             // ICC_SRE_EL1
    public const ushort GroupEnable0 = El1 | Crn12 | (12 << 3) | 6;                     // ICC_IGRPEN0_EL1
    public const ushort GroupEnable1 = El1 | Crn12 | (12 << 3) | 7;                     // ICC_IGRPEN1_EL1

    public const ushort SystemRegisterEnableEl2 = El2 | Crn12 | (9 << 3) | 5;           // ICC_SRE_EL2
    public const ushort VirtualActivePriorities0 = El2 | Crn12 | (8 << 3);              // ICH_AP0R<0..3>_EL2
    public const ushort VirtualActivePriorities1 = El2 | Crn12 | (9 << 3);              // ICH_AP1R<0..3>_EL2
    public const ushort HypervisorControl = El2 | Crn12 | (11 << 3);                    // ICH_HCR_EL2
    public const ushort VirtualType = El2 | Crn12 | (11 << 3) | 1;                      // ICH_VTR_EL2
    public const ushort MaintenanceStatus = El2 | Crn12 | (11 << 3) | 2;                // ICH_MISR_EL2
    public const ushort EndStatus = El2 | Crn12 | (11 << 3) | 3;                        // ICH_EISR_EL2
    public const ushort EmptyListRegisters = El2 | Crn12 | (11 << 3) | 5;               // ICH_ELRSR_EL2
    public const ushort VirtualMachineControl = El2 | Crn12 | (11 << 3) | 7;            // ICH_VMCR_EL2
    public const ushort ListRegister = El2 | Crn12 | (12 << 3);                         // ICH_LR<0..15>_EL2
    public const ushort ListRegisterLast = ListRegister + 15;

    public const ushort ControlEl3 = El3 | Crn12 | (12 << 3) | 4;                       // ICC_CTLR_EL3
    public const ushort SystemRegisterEnableEl3 = El3 | Crn12 | (12 << 3) | 5;          // ICC_SRE_EL3
    public const ushort GroupEnable1El3 = El3 | Crn12 | (12 << 3) | 7;                  // ICC_IGRPEN1_EL3

    // op0 is 3 throughout; op1 is 0 for EL1, 4 for EL2 and 6 for EL3.
    private const ushort El1 = 3 << 14;
    private const ushort El2 = (3 << 14) | (4 << 11);
    private const ushort El3 = (3 << 14) | (6 << 11);
    private const ushort Crn12 = 12 << 7;
}
