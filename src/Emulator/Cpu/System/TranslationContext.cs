namespace Emulator.Cpu.System;

/// <summary>All that a cached translation depends on besides the virtual address and the tables.</summary>
/// <param name="Regime">The exception level that owns the regime: 1 (EL1&amp;0), 2 (EL2, or EL2&amp;0 of a host) or 3.</param>
/// <param name="Secure">True in the secure state.</param>
/// <param name="Privileged">False for EL0 and for unprivileged accesses.</param>
/// <param name="MmuEnabled">Stage 1 on.</param>
/// <param name="Asid">Address space id, zero in regimes without.</param>
/// <param name="Vmid">Virtual machine id, zero in regimes without.</param>
/// <param name="Stage2Enabled">Stage 2 on.</param>
/// <param name="ForbidsUserData">PSTATE.PAN, where it matters.</param>
internal readonly record struct TranslationContext(
    byte Regime,
    bool Secure,
    bool Privileged,
    bool MmuEnabled,
    ushort Asid,
    ushort Vmid,
    bool Stage2Enabled = false,
    bool ForbidsUserData = false);
