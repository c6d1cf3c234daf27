namespace Emulator.Cpu.Translator.X64;

/// <summary>Shifts and rotations, by their number in the shift group.</summary>
internal enum HostShift : byte
{
    Rol = 0,
    Ror = 1,
    Shl = 4,
    Shr = 5,
    Sar = 7,
}
