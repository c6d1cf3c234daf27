using Emulator.Snapshots;

namespace Emulator.Virtio.Transports;

/// <summary>
/// Version 2 of the extension as it was proposed for the standard in 2020: feature bits 39 and 40, 32-bit registers. In the sharing mode events are mapped to vectors by commands; else vector 0 is
/// the configuration's, and the others are the queues', in their order.
/// </summary>
internal sealed class ProposedMessages : VirtioMmioMessages
{
    /// <summary>VIRTIO_F_MMIO_NOTIFICATION: QueueNotify tells where each queue's doorbell is.</summary>
    public const ulong NotificationFeature = 1UL << 39;

    /// <summary>VIRTIO_F_MMIO_MSI: there are messages.</summary>
    public const ulong MessagesFeature = 1UL << 40;

    private const uint NoVector = uint.MaxValue;

    // Specification and driver of the proposal disagree on the bits of MsiState; both are set.
    private const uint EnabledBits = 0x8000_0001;
    private const uint SharingBits = 0x4000_0002;

    private readonly bool _isSharing;
    private readonly uint[] _queueVectors;
    private uint _configurationVector;
    private uint _selected;
    private ulong _address;
    private uint _data;

    /// <summary>Creates the extension of a transport.</summary>
    /// <param name="vectors">One for the configuration and one for each queue.</param>
    /// <param name="configurationLength">Length of the device's configuration space in bytes.</param>
    /// <param name="isSharing">True for the sharing mode.</param>
    public ProposedMessages(MessageVectors vectors, int configurationLength, bool isSharing)
        : base(vectors, configurationLength)
    {
        _isSharing = isSharing;
        _queueVectors = new uint[vectors.Count - 1];
        ResetMap();
    }

    /// <inheritdoc/>
    public override ulong Features => NotificationFeature | MessagesFeature;

    /// <inheritdoc/>
    public override uint Read(ulong offset, int size) => (offset, size) switch
    {
        (0x0c0, 4) => (uint)Vectors.Count, // MsiVecNum
        (0x0c4, 4) => (IsEnabled ? EnabledBits : 0) | (_isSharing ? SharingBits : 0), // MsiState
        _ => 0,
    };

    /// <inheritdoc/>
    public override bool Write(ulong offset, int size, uint value, uint queue, bool isReady)
    {
        switch ((offset, size))
        {
            case (0x0c8, 4): // MsiCmd
                Execute((ProposedMessageCommand)value, queue);
                break;
            case (0x0d0, 4): // MsiVecSel
                _selected = value;
                break;
            case (0x0d4, 4): // MsiAddrLow
                _address = (_address & ~(ulong)uint.MaxValue) | value;
                break;
            case (0x0d8, 4): // MsiAddrHigh
                _address = (uint)_address | ((ulong)value << 32);
                break;
            case (0x0dc, 4): // MsiData
                _data = value;
                break;
        }

        return true;
    }

    /// <inheritdoc/>
    public override void SignalUsed(int queue) => Vectors.Signal(_queueVectors[queue]);

    /// <inheritdoc/>
    public override void SignalConfiguration() => Vectors.Signal(_configurationVector);

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _selected = 0;
        _address = 0;
        _data = 0;
        ResetMap();
    }

    /// <inheritdoc/>
    public override void Save(SnapshotWriter writer)
    {
        base.Save(writer);
        writer.Write((ReadOnlySpan<uint>)_queueVectors);
        writer.Write(_configurationVector);
        writer.Write(_selected);
        writer.Write(_address);
        writer.Write(_data);
    }

    /// <inheritdoc/>
    public override void Load(SnapshotReader reader)
    {
        base.Load(reader);
        reader.ReadUInt32s(_queueVectors);
        _configurationVector = reader.ReadUInt32();
        _selected = reader.ReadUInt32();
        _address = reader.ReadUInt64();
        _data = reader.ReadUInt32();
    }

    // Without sharing the map never changes.
    private void ResetMap()
    {
        _configurationVector = _isSharing ? NoVector : 0;
        for (int queue = 0; queue < _queueVectors.Length; queue++)
        {
            _queueVectors[queue] = _isSharing ? NoVector : (uint)queue + 1;
        }
    }

    private void Execute(ProposedMessageCommand command, uint queue)
    {
        switch (command)
        {
            case ProposedMessageCommand.Enable:
                IsEnabled = true;
                break;
            case ProposedMessageCommand.Disable:
                IsEnabled = false;
                break;
            case ProposedMessageCommand.Configure:
                Vectors.Configure(_selected, _address, _data);
                break;
            case ProposedMessageCommand.Mask:
                Vectors.Mask(_selected, masked: true);
                break;
            case ProposedMessageCommand.Unmask:
                Vectors.Mask(_selected, masked: false);
                break;
            case ProposedMessageCommand.MapConfiguration when _isSharing:
                _configurationVector = _selected;
                break;
            case ProposedMessageCommand.MapQueue when _isSharing && queue < (uint)_queueVectors.Length:
                _queueVectors[queue] = _selected;
                break;
        }
    }
}
