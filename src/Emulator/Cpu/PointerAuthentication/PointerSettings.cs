namespace Emulator.Cpu.PointerAuthentication;

/// <summary>Everything but the operands that a result of pointer authentication depends on.</summary>
/// <param name="Key">Which key.</param>
/// <param name="IsOn">False when the instructions of the key do nothing.</param>
/// <param name="Control">TCR_ELx.</param>
/// <param name="HasTwoRanges">True in a regime with two ranges of addresses.</param>
/// <param name="High">Bits 127 to 64 of the key.</param>
/// <param name="Low">Bits 63 to 0 of the key.</param>
internal readonly record struct PointerSettings(PointerKey Key, bool IsOn, ulong Control, bool HasTwoRanges, ulong High, ulong Low);
