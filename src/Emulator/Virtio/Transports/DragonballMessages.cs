using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Virtio.Transports;

/// <summary>
/// The extension as Dragonball has it: VendorID says that it is there, 16-bit control and command registers, a command's vector in its low bits. Vector 0 is the configuration's, and the others
/// are the queues', in their order.
/// </summary>
internal sealed class DragonballMessages : VirtioMmioMessages
{
    /// <summary>VendorID: the marker, with messages and doorbells.</summary>
    public const uint VendorId = 0xdbfc_db00 | 0x2 | 0x4;

    private const ulong ControlOffset = 0x0c0;
    private const ulong CommandOffset = 0x0c2;
    private const ushort EnableBit = 1 << 15;
    private const uint ArgumentMask = 0x0fff;
    private const uint Update = 0x1000;
    private const uint Mask = 0x2000;
    private const uint Unmask = 0x3000;

    private ulong _address;
    private uint _data;

    /// <summary>Creates the extension of a transport.</summary>
    /// <param name="vectors">One for the configuration and one for each queue.</param>
    /// <param name="configurationLength">Length of the device's configuration space in bytes.</param>
    public DragonballMessages(MessageVectors vectors, int configurationLength)
        : base(vectors, configurationLength)
    {
    }

    /// <inheritdoc/>
    public override uint Read(ulong offset, int size) => offset == ControlOffset ? EnableBit : 0u; // supported

    /// <inheritdoc/>
    public override bool Write(ulong offset, int size, uint value, uint queue, bool isReady)
    {
        switch ((offset, size))
        {
            case (ControlOffset, 4):
                return Enable((ushort)value, isReady) && Execute(value >> 16);
            case (ControlOffset, 2):
                return Enable((ushort)value, isReady);
            case (CommandOffset, 2):
                return Execute(value);
            case (0x0c4, 4): // MsiAddrLow
                _address = (_address & ~(ulong)uint.MaxValue) | value;
                return true;
            case (0x0c8, 4): // MsiAddrHigh
                _address = (uint)_address | ((ulong)value << 32);
                return true;
            case (0x0cc, 4): // MsiData
                _data = value;
                return true;
            default:
                return true;
        }
    }

    /// <inheritdoc/>
    public override void SignalUsed(int queue) => Vectors.Signal((uint)queue + 1);

    /// <inheritdoc/>
    public override void SignalConfiguration() => Vectors.Signal(0);

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _address = 0;
        _data = 0;
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        base.Save(writer);
        writer.Write(_address);
        writer.Write(_data);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        base.Load(reader);
        _address = reader.ReadUInt64();
        _data = reader.ReadUInt32();
    }

    // A ready driver cannot change its mind.
    private bool Enable(ushort value, bool isReady)
    {
        bool wanted = (value & EnableBit) != 0;
        if (wanted != IsEnabled && isReady)
        {
            return false;
        }

        IsEnabled = wanted;
        return true;
    }

    private bool Execute(uint value)
    {
        uint vector = value & ArgumentMask;
        switch (value & ~ArgumentMask & 0xffff)
        {
            case Update:
                Vectors.Configure(vector, _address, _data);
                break;
            case Mask:
                Vectors.Mask(vector, masked: true);
                break;
            case Unmask:
                Vectors.Mask(vector, masked: false);
                break;
        }

        return true;
    }
}
