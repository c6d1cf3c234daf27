namespace Emulator.Cpu.System;

/// <summary>What TLB maintenance names.</summary>
internal enum TlbScope
{
    /// <summary>A regime.</summary>
    Regime,

    /// <summary>An address space of a regime.</summary>
    AddressSpace,

    /// <summary>One page, in whichever address spaces.</summary>
    Page,
}
