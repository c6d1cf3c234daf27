namespace Emulator.Virtio.Devices.Block;

/// <summary>Types of requests to a block device (virtio 1.3, section 5.2.6).</summary>
internal enum BlockRequestType : uint
{
    /// <summary>VIRTIO_BLK_T_IN: read sectors.</summary>
    In = 0,

    /// <summary>VIRTIO_BLK_T_OUT: write sectors.</summary>
    Out = 1,

    /// <summary>VIRTIO_BLK_T_FLUSH: make what was written safe.</summary>
    Flush = 4,

    /// <summary>VIRTIO_BLK_T_GET_ID: tell the disk's name.</summary>
    GetId = 8,

    /// <summary>VIRTIO_BLK_T_DISCARD: sectors are not needed.</summary>
    Discard = 11,

    /// <summary>VIRTIO_BLK_T_WRITE_ZEROES: write zeros.</summary>
    WriteZeroes = 13,
}
