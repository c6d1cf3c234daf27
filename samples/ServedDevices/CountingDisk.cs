using System.Buffers.Binary;
using System.Text;
using Emulator.VirtioProxy.Server;

namespace ServedDevices;

/// <summary>A disk that is stored nowhere: each sector says which one it is (virtio 1.3, section 5.2). It is read-only.</summary>
internal sealed class CountingDisk : CustomDevice
{
    private const int BlockDevice = 2;
    private const int SectorLength = 512;
    private const int HeaderLength = 16;
    private const ulong ReadOnlyFeature = 1 << 5; // VIRTIO_BLK_F_RO

    // VIRTIO_BLK_T_IN, and VIRTIO_BLK_S_*.
    private const uint Read = 0;
    private const byte Ok = 0;
    private const byte Error = 1;
    private const byte Unsupported = 2;

    private readonly byte[] _configuration = new byte[8];
    private readonly ulong _sectors;

    /// <summary>Creates a disk.</summary>
    public CountingDisk(ulong sectors)
        : base(BlockDevice, 128)
    {
        _sectors = sectors;
        BinaryPrimitives.WriteUInt64LittleEndian(_configuration, sectors);
    }

    /// <inheritdoc/>
    public override ulong Features => ReadOnlyFeature;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Configuration => _configuration;

    /// <inheritdoc/>
    public override int Serve(int queue, ReadOnlySpan<byte> readable, Span<byte> writable)
    {
        if (readable.Length < HeaderLength || writable.IsEmpty)
        {
            return Malformed;
        }

        // The status is the last byte that can be written.
        Span<byte> data = writable[..^1];
        uint type = BinaryPrimitives.ReadUInt32LittleEndian(readable);
        writable[^1] = type == Read ? ReadSectors(BinaryPrimitives.ReadUInt64LittleEndian(readable[8..]), data) : Unsupported;
        return writable.Length;
    }

    private byte ReadSectors(ulong first, Span<byte> data)
    {
        ulong count = (ulong)(data.Length / SectorLength);
        if (data.Length % SectorLength != 0 || first > _sectors || count > _sectors - first)
        {
            return Error;
        }

        for (ulong i = 0; i < count; i++)
        {
            _ = Encoding.ASCII.GetBytes($"This is sector {first + i}.", data[(int)(i * SectorLength)..]);
        }

        return Ok;
    }
}
