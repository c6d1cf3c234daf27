namespace Emulator.Cpu.Translator.X64;

/// <summary>The eight two-operand instructions that share their encodings, by their number in them.</summary>
internal enum HostArithmetic : byte
{
    Add,
    Or,
    Adc,
    Sbb,
    And,
    Sub,
    Xor,
    Cmp,
}
