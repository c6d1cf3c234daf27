namespace Emulator.Virtio.Devices.Block;

/// <summary>How a request to a block device has ended (virtio 1.3, section 5.2.6).</summary>
internal enum BlockStatus : byte
{
    /// <summary>VIRTIO_BLK_S_OK.</summary>
    Ok = 0,

    /// <summary>VIRTIO_BLK_S_IOERR.</summary>
    IoError = 1,

    /// <summary>VIRTIO_BLK_S_UNSUPP.</summary>
    Unsupported = 2,
}
