namespace Emulator.Cpu.System;

/// <summary>Fault status codes of ESR_ELx.ISS (DFSC and IFSC). Where a level belongs to it, it is added to the code of level 0.</summary>
internal enum FaultStatus
{
    /// <summary>Address size fault, level 0.</summary>
    AddressSize = 0b000000,

    /// <summary>Translation fault, level 0.</summary>
    Translation = 0b000100,

    /// <summary>Access flag fault, level 0 (which does not occur: add 1 to 3).</summary>
    AccessFlag = 0b001000,

    /// <summary>Permission fault, level 0 (which does not occur: add 1 to 3).</summary>
    Permission = 0b001100,

    /// <summary>Synchronous external abort, not on a table walk.</summary>
    External = 0b010000,

    /// <summary>Synchronous external abort on a table walk, level 0.</summary>
    ExternalOnWalk = 0b010100,

    /// <summary>Alignment fault.</summary>
    Alignment = 0b100001,

    /// <summary>TLB conflict abort.</summary>
    TlbConflict = 0b110000,

    /// <summary>Unsupported atomic hardware update of a descriptor: it is not in RAM.</summary>
    UnsupportedUpdate = 0b110001,

    /// <summary>Unsupported exclusive or atomic access.</summary>
    UnsupportedExclusive = 0b110101,
}
