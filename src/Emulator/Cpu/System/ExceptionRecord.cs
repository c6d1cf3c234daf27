namespace Emulator.Cpu.System;

/// <summary>An exception that was taken, for diagnostics.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="FromLevel">The level it came from.</param>
/// <param name="ToLevel">The level that took it.</param>
/// <param name="Syndrome">ESR of the level that took it; zero for IRQ and FIQ.</param>
/// <param name="ReturnAddress">ELR of that level.</param>
/// <param name="FaultAddress">FAR of that level as the exception left it; zero where it has none.</param>
internal readonly record struct ExceptionRecord(
    ExceptionKind Kind,
    int FromLevel,
    int ToLevel,
    uint Syndrome,
    ulong ReturnAddress,
    ulong FaultAddress);
