namespace Emulator.InteropTests.Oracle;

/// <summary>The keys of pointer authentication that both sides have.</summary>
internal static class PointerKeys
{
    /// <summary>Five keys have so many registers.</summary>
    public const int Halves = 10;

    /// <summary>The value of a register, in the order of the keys, the lower half first.</summary>
    public static ulong Half(int index) => 0x9e37_79b9_7f4a_7c15 * (ulong)(index + 3);
}
