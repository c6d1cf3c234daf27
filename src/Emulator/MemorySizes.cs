namespace Emulator;

/// <summary>Sizes of memory, written as one says them: <c>256.MiB()</c>.</summary>
public static class MemorySizes
{
    /// <summary>So many times 1024 bytes.</summary>
    /// <param name="count">How many, not negative.</param>
    public static ulong KiB(this int count) => checked((ulong)count) << 10;

    /// <summary>So many times 1024 * 1024 bytes.</summary>
    /// <param name="count">How many, not negative.</param>
    public static ulong MiB(this int count) => checked((ulong)count) << 20;

    /// <summary>So many times 1024 * 1024 * 1024 bytes.</summary>
    /// <param name="count">How many, not negative.</param>
    public static ulong GiB(this int count) => checked((ulong)count) << 30;
}
