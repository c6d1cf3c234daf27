namespace Emulator.Cpu.Translator;

/// <summary>What a general-purpose register holds, as far as that is known when code is made.</summary>
/// <param name="Value">The value; or the offset to it from the page's virtual address, which is not known, as code is kept by physical page.</param>
/// <param name="IsPageRelative">True for an offset.</param>
internal readonly record struct KnownRegister(ulong Value, bool IsPageRelative)
{
    /// <summary>True when that is a sign-extended word, as most constants of the host's instructions are.</summary>
    public bool IsSignedWord => (long)Value == (int)Value;
}
