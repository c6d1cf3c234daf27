namespace Emulator.Cpu.Translator.X64;

/// <summary>Conditions of x86-64, by their number in instructions. Bit 0 inverts one.</summary>
internal enum HostCondition : byte
{
    Overflow,
    NoOverflow,
    Below,
    AboveOrEqual,
    Equal,
    NotEqual,
    BelowOrEqual,
    Above,
    Sign,
    NoSign,
    Parity,
    NoParity,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Greater,
}
