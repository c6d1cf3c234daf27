namespace Emulator.Virtio.Devices.Share;

/// <summary>What a fid is open as.</summary>
internal enum FidState : byte
{
    /// <summary>It is not open; it names a path.</summary>
    Named,

    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Directory,
}
