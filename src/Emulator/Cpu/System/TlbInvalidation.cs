namespace Emulator.Cpu.System;

/// <summary>One TLB maintenance operation, ready to be broadcast.</summary>
/// <param name="Scope">What it names.</param>
/// <param name="Regime">The exception level that owns the regime: 1, 2 or 3.</param>
/// <param name="Secure">The security state of the EL1&amp;0 regime.</param>
/// <param name="Address">Virtual address, for a page.</param>
/// <param name="Asid">Address space, for an address space.</param>
/// <param name="Vmid">Virtual machine, but for a whole regime.</param>
internal readonly record struct TlbInvalidation(TlbScope Scope, int Regime, bool Secure, ulong Address = 0, ushort Asid = 0, ushort Vmid = 0);
