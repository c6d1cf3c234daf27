using System.Runtime.InteropServices;

namespace Emulator.VirtioProxy.Records;

/// <summary>The fixed parts of a record's file (docs/virtio-proxy.md, section 9).</summary>
internal static class RecordLayout
{
    /// <summary>"VPXR".</summary>
    public const uint Magic = 0x5258_5056;

    /// <summary>Another one is another format.</summary>
    public const ushort Major = 1;

    /// <summary>The token of all requests and responses.</summary>
    public const ushort Token = 1;

    /// <summary>The most bytes of a request that are kept. No front end passes larger ones on.</summary>
    public const int MostBytes = 64 << 20;

    /// <summary>What the file begins with.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct FileHeader(uint Magic, ushort Major, ushort Minor, ulong Reserved);

    /// <summary>What each entry begins with; a message follows, whose length its own header tells.</summary>
    /// <param name="Time">The machine's clock, in nanoseconds.</param>
    /// <param name="Device">The device's number.</param>
    /// <param name="Kind">Who says it.</param>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    public readonly record struct EntryHeader(long Time, ushort Device, RecordKind Kind);
}
