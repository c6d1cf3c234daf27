namespace Emulator.Virtio.Devices.Share;

/// <summary>What is known of a file of the host; only what is the same on every host that has the same files.</summary>
/// <param name="Mode">Kind and permissions, as Linux has them.</param>
/// <param name="Size">Length of a file or of a link's target, in bytes.</param>
/// <param name="Modified">When it was last changed, in nanoseconds since 1970.</param>
internal readonly record struct FileStatus(uint Mode, long Size, long Modified)
{
    public const uint KindMask = 0xf000; // S_IFMT
    public const uint DirectoryKind = 0x4000; // S_IFDIR
    public const uint RegularKind = 0x8000; // S_IFREG
    public const uint LinkKind = 0xa000; // S_IFLNK
    public const uint PermissionMask = 0x1ff;

    public bool IsDirectory => (Mode & KindMask) == DirectoryKind;

    public bool IsRegular => (Mode & KindMask) == RegularKind;

    public bool IsLink => (Mode & KindMask) == LinkKind;

    /// <summary>The kind as a qid has it.</summary>
    public byte QidType => IsDirectory ? (byte)0x80 : IsLink ? (byte)0x02 : (byte)0;

    /// <summary>The kind as an entry of a directory has it (DT_DIR and so on).</summary>
    public byte EntryType => (byte)(Mode >> 12);

    /// <summary>Differs when the contents do.</summary>
    public uint Version => IsDirectory ? 0 : (uint)(Modified ^ (Modified >> 32) ^ (Size << 8));
}
