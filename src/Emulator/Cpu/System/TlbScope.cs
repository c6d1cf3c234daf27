namespace Emulator.Cpu.System;

/// <summary>What TLB maintenance names.</summary>
internal enum TlbScope
{
    /// <summary>A regime, of all virtual machines.</summary>
    Regime,

    /// <summary>The EL1&amp;0 regime of the current virtual machine.</summary>
    VirtualMachine,

    /// <summary>An address space of a regime.</summary>
    AddressSpace,

    /// <summary>One page, in whichever address spaces.</summary>
    Page,
}
