namespace Emulator.Memory;

/// <summary>The status register of an Intel command set flash (SR.7 to SR.0). Error bits stay until Clear Status Register.</summary>
[Flags]
internal enum FlashStatus : byte
{
    None = 0,

    /// <summary>SR.1: the block is locked.</summary>
    BlockLocked = 0x02,

    /// <summary>SR.3: the programming voltage is off, which is how a read-only bank shows itself.</summary>
    VoltageLow = 0x08,

    /// <summary>SR.4: programming failed.</summary>
    ProgramError = 0x10,

    /// <summary>SR.5: erasing, or changing a lock, failed.</summary>
    EraseError = 0x20,

    /// <summary>SR.4 and SR.5 together: an invalid command sequence.</summary>
    SequenceError = ProgramError | EraseError,

    /// <summary>SR.7: no operation is under way.</summary>
    Ready = 0x80,
}
