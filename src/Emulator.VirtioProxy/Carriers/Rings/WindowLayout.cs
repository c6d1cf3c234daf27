using System.Runtime.InteropServices;

namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>The first bytes of a window: the layout of the AMP bus of virtio-msg, version 1 (docs/virtio-proxy.md, section 7). "Dev" is the back end, "drv" the front end.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct WindowLayout(
    ushort Magic,
    ushort Length,
    ushort Version,
    ushort Features,
    byte Notifications,
    byte QueueNotifications,
    ushort Elements,
    ushort ElementSize,
    ushort Reserved,
    ulong DeviceNotification,
    ulong DeviceHead,
    ulong DeviceElements,
    ulong DriverNotification,
    ulong DriverHead,
    ulong DriverElements)
{
    /// <summary>"LO", written last.</summary>
    public const ushort ExpectedMagic = 0x4c4f;

    /// <summary>"QO", in the head of a side's ring.</summary>
    public const ushort HeadMagic = 0x514f;

    /// <summary>Length of an element in bytes.</summary>
    public const int Element = 64;

    /// <summary>Where static memory begins.</summary>
    public const int StaticOffset = 0x1_0000;

    /// <summary>Length of the structure.</summary>
    private const ushort Size = 64;

    private const int HeadSize = 8;
    private const int MostElements = 0x8000;

    /// <summary>The layout that a back end here makes; each thing has a cache line of its own.</summary>
    public static WindowLayout Own => new(ExpectedMagic, Size, 1, 0, 0, 1, 256, Element, 0, 0, 128, 0x1000, 0, 192, 0x6000);

    /// <summary>Where a side waits: a word that is 1 while it sleeps. Behind the heads of <see cref="Own"/>, and not told in the layout.</summary>
    /// <param name="isDevice">Which side.</param>
    public static int WaitWord(bool isDevice) => isDevice ? 256 : 320;

    /// <summary>True when all of it lies in front of the static memory, and where it can be.</summary>
    public bool IsSound =>
        Magic == ExpectedMagic && Length == Size && Version == 1 && ElementSize == Element && Elements is >= 2 and <= MostElements
        && IsInside(DeviceHead, HeadSize) && IsInside(DriverHead, HeadSize)
        && IsInside(DeviceElements, Elements * Element) && IsInside(DriverElements, Elements * Element);

    private static bool IsInside(ulong offset, int length) => offset >= Size && offset % sizeof(ulong) == 0 && offset <= StaticOffset && (ulong)length <= StaticOffset - offset;
}
