using System.Runtime.InteropServices;

namespace Emulator.Cpu.Interpreter;

/// <summary>What stands before the first operation of a page of code, so that it is found from there.</summary>
[StructLayout(LayoutKind.Sequential, Size = Length)]
internal unsafe struct CodePageHeader
{
    /// <summary>Its size in bytes.</summary>
    public const int Length = 576;

    /// <summary>Number of tables.</summary>
    public const int TableCount = 64;

    /// <summary>Handle of the <see cref="CodePage"/>.</summary>
    public nint Page;

    /// <summary>How often each word was branched to, or null.</summary>
    public byte* Counters;

    /// <summary>Pointers to tables of translated code by word, one for each <see cref="Translator.TranslationMode"/>; never null while there is a translator.</summary>
    public fixed ulong Tables[TableCount];
}
