namespace Emulator.Timing;

/// <summary>Encodings of the generic timer's registers, as <c>SystemRegisterAccess.Encode</c> packs them.</summary>
internal static class TimerSystemRegister
{
    public const ushort Frequency = El0;                                    // CNTFRQ_EL0
    public const ushort PhysicalCount = El0 | 1;                            // CNTPCT_EL0
    public const ushort VirtualCount = El0 | 2;                             // CNTVCT_EL0
    public const ushort PhysicalTimerValue = El0 | (2 << 3);                // CNTP_TVAL_EL0
    public const ushort PhysicalControl = El0 | (2 << 3) | 1;               // CNTP_CTL_EL0
    public const ushort PhysicalCompareValue = El0 | (2 << 3) | 2;          // CNTP_CVAL_EL0
    public const ushort VirtualTimerValue = El0 | (3 << 3);                 // CNTV_TVAL_EL0
    public const ushort VirtualControl = El0 | (3 << 3) | 1;                // CNTV_CTL_EL0
    public const ushort VirtualCompareValue = El0 | (3 << 3) | 2;           // CNTV_CVAL_EL0

    public const ushort KernelControl = El1 | (1 << 3);                     // CNTKCTL_EL1

    public const ushort VirtualOffset = El2 | 3;                            // CNTVOFF_EL2
    public const ushort HypervisorControl = El2 | (1 << 3);                 // CNTHCTL_EL2
    public const ushort HypervisorTimerValue = El2 | (2 << 3);              // CNTHP_TVAL_EL2
    public const ushort HypervisorTimerControl = El2 | (2 << 3) | 1;        // CNTHP_CTL_EL2
    public const ushort HypervisorCompareValue = El2 | (2 << 3) | 2;        // CNTHP_CVAL_EL2

    public const ushort HypervisorVirtualTimerValue = El2 | (3 << 3);       // CNTHV_TVAL_EL2
    public const ushort HypervisorVirtualControl = El2 | (3 << 3) | 1;      // CNTHV_CTL_EL2
    public const ushort HypervisorVirtualCompareValue = El2 | (3 << 3) | 2; // CNTHV_CVAL_EL2

    public const ushort HostKernelControl = Host | (1 << 3);                // CNTKCTL_EL12
    public const ushort HostPhysicalTimerValue = Host | (2 << 3);           // CNTP_TVAL_EL02
    public const ushort HostPhysicalControl = Host | (2 << 3) | 1;          // CNTP_CTL_EL02
    public const ushort HostPhysicalCompareValue = Host | (2 << 3) | 2;     // CNTP_CVAL_EL02
    public const ushort HostVirtualTimerValue = Host | (3 << 3);            // CNTV_TVAL_EL02
    public const ushort HostVirtualControl = Host | (3 << 3) | 1;           // CNTV_CTL_EL02
    public const ushort HostVirtualCompareValue = Host | (3 << 3) | 2;      // CNTV_CVAL_EL02

    public const ushort SecureTimerValue = Secure | (2 << 3);               // CNTPS_TVAL_EL1
    public const ushort SecureControl = Secure | (2 << 3) | 1;              // CNTPS_CTL_EL1
    public const ushort SecureCompareValue = Secure | (2 << 3) | 2;         // CNTPS_CVAL_EL1

    // op0 is 3 and CRn 14 throughout; op1 is 3 for EL0, 0 for EL1, 4 for EL2, 5 for what a host at EL2 reaches of EL1 and EL0, and 7 for CNTPS.
    private const ushort El0 = (3 << 14) | (3 << 11) | (14 << 7);
    private const ushort El1 = (3 << 14) | (14 << 7);
    private const ushort El2 = (3 << 14) | (4 << 11) | (14 << 7);
    private const ushort Host = (3 << 14) | (5 << 11) | (14 << 7);
    private const ushort Secure = (3 << 14) | (7 << 11) | (14 << 7);
}
