namespace Emulator.Cpu.Interpreter;

/// <summary>Holds something made from the words of a page of code.</summary>
internal interface ICodePageObserver
{
    /// <summary>Words of the page have changed.</summary>
    /// <param name="first">Index of the first one.</param>
    /// <param name="last">Index of the last one.</param>
    void WordsChanged(int first, int last);

    /// <summary>The page goes away.</summary>
    void PageDropped();
}
