namespace Emulator.Cpu.Interpreter;

/// <summary>Wants to know the pages of a <see cref="CodeCache"/>.</summary>
internal interface ICodePageListener
{
    /// <summary>A page has been made.</summary>
    void PageAdded(CodePage page);
}
