using System.Runtime.InteropServices;

namespace Emulator.Cpu.PointerAuthentication;

/// <summary>One result of pointer authentication that is remembered, as the cipher takes far longer than the rest of an instruction.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PointerCodeEntry
{
    /// <summary>Remembered additions of codes, and as many authentications behind them.</summary>
    public const int Count = 8192;

    /// <summary>The pointer that went in.</summary>
    public ulong Pointer;

    /// <summary>The modifier.</summary>
    public ulong Modifier;

    /// <summary>The pointer that came out.</summary>
    public ulong Result;

    /// <summary>Number of the <see cref="PointerSettings"/> that were in force; never 0.</summary>
    public long Settings;

    /// <summary>Where a result can be: the place in the half of its kind.</summary>
    public static int IndexOf(ulong pointer, ulong modifier) => (int)(((pointer >> 2) + (modifier >> 4)) % Count);
}
