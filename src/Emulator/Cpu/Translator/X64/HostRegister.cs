namespace Emulator.Cpu.Translator.X64;

/// <summary>General-purpose registers of x86-64, by their number in instructions.</summary>
internal enum HostRegister : byte
{
    Rax,
    Rcx,
    Rdx,
    Rbx,
    Rsp,
    Rbp,
    Rsi,
    Rdi,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
}
