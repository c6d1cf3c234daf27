namespace Emulator.Cpu.Interpreter;

/// <summary>Wants to know the pages of a <see cref="CodeCache"/>.</summary>
internal interface ICodePageListener
{
    /// <summary>A page has been made.</summary>
    void PageAdded(CodePage page);

    /// <summary>Another one hears of the pages from now on, or nobody.</summary>
    void Detached();
}
