using Emulator.Memory;

namespace Emulator.Cpu;

/// <summary>Where in memory a CPU has stored.</summary>
/// <param name="Memory">The memory.</param>
/// <param name="Offset">First byte in it.</param>
/// <param name="Length">How many.</param>
internal readonly record struct StoreRecord(GuestRam Memory, ulong Offset, int Length);
