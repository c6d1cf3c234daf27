namespace Emulator.Cpu.System;

/// <summary>Where a virtual address leads, or why nowhere.</summary>
internal struct Translation
{
    /// <summary>The physical address.</summary>
    public ulong PhysicalAddress;

    /// <summary>True in the secure physical address space.</summary>
    public bool Secure;

    /// <summary>True for Device memory: an access that is not aligned faults.</summary>
    public bool IsDevice;

    /// <summary>True where stage 1 says that indirect branches must lead to landing pads (GP).</summary>
    public bool IsGuarded;

    /// <summary>True when loads are permitted in this context.</summary>
    public bool CanRead;

    /// <summary>True when stores are permitted in this context.</summary>
    public bool CanWrite;

    /// <summary>True when it is stage 2 alone that makes it Device memory: then the Alignment fault is one of stage 2.</summary>
    public bool IsDeviceByStage2;

    /// <summary>The memory attributes, as a field of MAIR_ELx encodes them.</summary>
    public byte Attributes;

    /// <summary>Shareability (SH): 0 none, 2 outer, 3 inner.</summary>
    public ulong Shareability;

    /// <summary>log2 of the size of the block or page that maps the address at stage 1; 12 at least.</summary>
    public int BlockShift;

    /// <summary>The fault status code (DFSC or IFSC, Arm ARM D13.2.37) when translation failed.</summary>
    public FaultStatus Fault;

    /// <summary>True for a fault of stage 2, which goes to EL2.</summary>
    public bool IsStage2;

    /// <summary>True for a stage 2 fault on a stage 1 table walk (S1PTW).</summary>
    public bool IsTableWalk;

    /// <summary>Intermediate physical address of a stage 2 fault.</summary>
    public ulong IntermediateAddress;
}
