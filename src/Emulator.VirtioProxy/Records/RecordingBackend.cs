using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Records;

/// <summary>
/// Writes down all that passes between a guest and a back end, at the instants at which the guest does it or sees it. It stands between the device and any back end that walks the guest's rings itself, so that
/// one record serves all of them (docs/virtio-proxy.md, section 9).
/// </summary>
internal sealed class RecordingBackend : IVirtioBackend, IVirtioBackendHost, IVirtqueueRings, IRemoteParticipant
{
    private readonly IVirtioBackend _inner;
    private readonly RecordWriter _record;
    private readonly ushort _number;
    private readonly VirtioModelSettings _settings;
    private readonly byte[] _call = new byte[Message.Longest];
    private readonly byte[] _bytes = new byte[Message.Longest];
    private IVirtioBackendHost _host = null!;
    private int _callLength;

    /// <summary>Makes a back end that is recorded, and writes down what it is.</summary>
    /// <param name="record">Where to; released with this.</param>
    /// <param name="number">The device's number there.</param>
    /// <param name="settings">What the device needs of its machine.</param>
    /// <param name="create">Makes the back end; it has to make its queues with the settings' rings.</param>
    public RecordingBackend(RecordWriter record, ushort number, VirtioModelSettings settings, Func<VirtioModelSettings, IVirtioBackend> create)
    {
        _record = record;
        _number = number;
        _settings = settings;
        _record.Add();
        try
        {
            _inner = create(settings with { Rings = this });
        }
        catch
        {
            _record.Release();
            throw;
        }

        settings.Remotes?.Add(this);
        Describe();
    }

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType => _inner.DeviceType;

    /// <inheritdoc/>
    public ulong Features => _inner.Features;

    /// <inheritdoc/>
    public IReadOnlyList<int> QueueSizes => _inner.QueueSizes;

    /// <inheritdoc/>
    public int ConfigurationLength => _inner.ConfigurationLength;

    /// <inheritdoc/>
    public IReadOnlyList<VirtioSharedMemory> SharedMemory => _inner.SharedMemory;

    /// <inheritdoc/>
    public VirtioCounters Counters => _host.Counters;

    /// <inheritdoc/>
    public VirtioTrace? Trace => _host.Trace;

    /// <inheritdoc/>
    public bool HasUnsolicitedInput => false;

    /// <inheritdoc/>
    public void Connect(IVirtioBackendHost host)
    {
        _host = host;
        _inner.Connect(this);
    }

    /// <inheritdoc/>
    public BackendAnswer ReadConfiguration(int offset, Span<byte> destination) => _inner.ReadConfiguration(offset, destination);

    /// <inheritdoc/>
    public BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        var range = new Payloads.ConfigurationBytes(0, (uint)offset, (uint)source.Length);
        BeginCall(TransportMessage.SetConfig, range, source);
        BackendAnswer answer = _inner.WriteConfiguration(offset, source);

        // What cannot be written has stayed as it was.
        Span<byte> now = _bytes.AsSpan(0, source.Length);
        _ = _inner.ReadConfiguration(offset, now);
        return EndCall(answer, TransportMessage.SetConfig, range, now);
    }

    /// <inheritdoc/>
    public BackendAnswer SetFeatures(ulong features)
    {
        Span<byte> words = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(words, features);
        BeginCall(TransportMessage.SetDriverFeatures, new Payloads.FeatureBlocks(0, 2), words);
        return EndCall(_inner.SetFeatures(features), TransportMessage.SetDriverFeatures, default(Payloads.Nothing));
    }

    /// <inheritdoc/>
    public BackendAnswer SetStatus(VirtioStatus status)
    {
        var payload = new Payloads.Status((uint)status);
        BeginCall(TransportMessage.SetDeviceStatus, payload);
        return EndCall(_inner.SetStatus(status), TransportMessage.SetDeviceStatus, payload);
    }

    /// <inheritdoc/>
    public BackendAnswer StartQueue(int queue, VirtqueueSettings settings)
    {
        BeginCall(TransportMessage.SetVqueue, new Payloads.Queue((uint)queue, 0, (uint)settings.Size, 0, settings.DescriptorArea, settings.DriverArea, settings.DeviceArea));
        return EndCall(_inner.StartQueue(queue, settings), TransportMessage.SetVqueue, default(Payloads.Nothing));
    }

    /// <inheritdoc/>
    public BackendAnswer StopQueue(int queue)
    {
        BeginCall(TransportMessage.ResetVqueue, new Payloads.Index((uint)queue));
        return EndCall(_inner.StopQueue(queue), TransportMessage.ResetVqueue, default(Payloads.Nothing));
    }

    /// <inheritdoc/>
    public void Kick(int queue)
    {
        Say(RecordKind.FrontEnd, TransportMessage.EventAvail, new Payloads.Available((uint)queue, 0));
        _inner.Kick(queue);
    }

    /// <inheritdoc/>
    public BackendAnswer Reset()
    {
        var payload = new Payloads.Status(0);
        BeginCall(TransportMessage.SetDeviceStatus, payload);
        return EndCall(_inner.Reset(), TransportMessage.SetDeviceStatus, payload);
    }

    /// <inheritdoc/>
    public void BuffersUsed(int queue)
    {
        Say(RecordKind.BackEnd, TransportMessage.EventUsed, new Payloads.Index((uint)queue));
        _host.BuffersUsed(queue);
    }

    /// <inheritdoc/>
    public void ConfigurationChanged()
    {
        int length = Math.Min(ConfigurationLength, Message.Room<Payloads.ConfigurationEvent>(Message.Longest));
        Span<byte> bytes = _bytes.AsSpan(0, length);
        _ = _inner.ReadConfiguration(0, bytes);
        Say(RecordKind.BackEnd, TransportMessage.EventConfig, new Payloads.ConfigurationEvent(0, 0, 0, (uint)length), bytes);
        _host.ConfigurationChanged();
    }

    /// <inheritdoc/>
    public void NeedsReset()
    {
        Say(RecordKind.BackEnd, TransportMessage.EventConfig, new Payloads.ConfigurationEvent((uint)VirtioStatus.NeedsReset, 0, 0, 0));
        _host.NeedsReset();
    }

    /// <inheritdoc/>
    /// <exception cref="EmulatorException">The record cannot be written any more.</exception>
    public bool Pump() => _record.Failure is { } failure ? throw failure : false;

    /// <inheritdoc/>
    public VirtqueueRing Create(int queue, in VirtqueueSettings settings, ulong features) =>
        new RecordingRing(this, queue, VirtqueueRing.InMemory(_settings.Memory, settings, features), _settings.Memory, settings, features);

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer) => throw CannotCopy();

    /// <inheritdoc/>
    public void Load(SnapshotReader reader) => throw CannotCopy();

    /// <inheritdoc/>
    public void Dispose()
    {
        _inner.Dispose();
        _record.Release();
    }

    /// <summary>A request is taken from the guest.</summary>
    /// <returns>What is to be known of it when it is given back.</returns>
    public OutstandingChain TellAvailable(int queue, DescriptorChain chain)
    {
        OutstandingChain taken = OutstandingChain.Of(chain, _settings.Clock.Now);
        var fields = new Payloads.Chain((uint)queue, chain.Id, 0, (uint)chain.ReadableLength, (uint)chain.WritableLength);
        int room = Message.Room<Payloads.Chain>(Message.Longest);
        uint offset = 0;
        Pour(chain.ReadableBuffers, chain.ReadableLength + chain.WritableLength, room, piece =>
        {
            if (offset == 0)
            {
                Say(RecordKind.FrontEnd, TransportMessage.ChainAvail, fields, piece);
            }
            else
            {
                var range = new Payloads.ChainRange((uint)queue, taken.Id, ResultCode.Done, offset, (uint)piece.Length);
                Say(RecordKind.FrontEnd, MessageKind.Response, TransportMessage.ChainRead, RecordLayout.Token, range, piece);
            }

            offset += (uint)piece.Length;
        });
        return taken;
    }

    /// <summary>A queue was looked at, and there was nothing more.</summary>
    public void TellEmpty(int queue) => Say(RecordKind.Empty, TransportMessage.EventAvail, new Payloads.Available((uint)queue, 0));

    /// <summary>A request is given back; its buffers are filled.</summary>
    public void TellUsed(int queue, in UsedElement element, OutstandingChain chain)
    {
        long length = chain.Readable;
        foreach (DmaRange buffer in chain.Writable)
        {
            length += buffer.Length;
        }

        uint offset = 0;
        Pour(chain.Writable, length, Message.Room<Payloads.ChainBytes>(Message.Longest), piece =>
        {
            if (piece.Length > 0)
            {
                Say(RecordKind.BackEnd, TransportMessage.ChainData, new Payloads.ChainBytes((uint)queue, chain.Id, 0, offset), piece);
            }

            offset += (uint)piece.Length;
        });
        Say(RecordKind.BackEnd, TransportMessage.ChainUsed, new Payloads.ChainBytes((uint)queue, element.Id, 0, element.Written));
    }

    private delegate void PieceSink(ReadOnlySpan<byte> piece);

    // Gives what is in buffers on in pieces that fit into a message: at least one, which may be empty.
    private void Pour(ReadOnlySpan<DmaRange> buffers, long total, int room, PieceSink sink)
    {
        int filled = 0;
        bool isFirst = true;
        for (int i = 0; i < buffers.Length && total <= RecordLayout.MostBytes; i++)
        {
            for (ReadOnlySpan<byte> rest = buffers[i].Bytes; !rest.IsEmpty;)
            {
                int count = Math.Min(rest.Length, room - filled);
                rest[..count].CopyTo(_bytes.AsSpan(filled));
                rest = rest[count..];
                filled += count;
                if (filled == room)
                {
                    sink(_bytes.AsSpan(0, filled));
                    isFirst = false;
                    filled = 0;
                }
            }
        }

        if (filled > 0 || isFirst)
        {
            sink(_bytes.AsSpan(0, filled));
        }
    }

    private void Describe()
    {
        var info = new Payloads.DeviceInfo((uint)DeviceType, VendorId: 0, FeatureBits: 64, (uint)ConfigurationLength, (uint)QueueSizes.Count, 0, 0);
        Answer(RecordKind.Description, TransportMessage.GetDeviceInfo, info);
        Span<byte> words = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(words, Features);
        Answer(RecordKind.Description, TransportMessage.GetDeviceFeatures, new Payloads.FeatureBlocks(0, 2), words);
        for (int queue = 0; queue < QueueSizes.Count; queue++)
        {
            Answer(RecordKind.Description, TransportMessage.GetVqueue, new Payloads.Queue((uint)queue, (uint)QueueSizes[queue], 0, 0, 0, 0, 0));
        }

        Span<byte> configuration = _bytes.AsSpan(0, ConfigurationLength);
        _ = _inner.ReadConfiguration(0, configuration);
        Answer(RecordKind.Description, TransportMessage.GetConfig, new Payloads.ConfigurationBytes(0, 0, (uint)configuration.Length), configuration);
    }

    // A call is written when it has an effect or an answer: one that has to be repeated is one call.
    private void BeginCall<T>(TransportMessage id, in T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged => _callLength = Message.Write(_call, MessageKind.Transport, (byte)id, _number, RecordLayout.Token, payload, tail);

    private BackendAnswer EndCall<T>(BackendAnswer answer, TransportMessage id, in T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged
    {
        switch (answer)
        {
            case BackendAnswer.Pending:
                _callLength = 0;
                break;
            case BackendAnswer.Refused:
                FlushCall();
                var error = new Payloads.Error(ResultCode.Denied, _number, MessageKind.Transport, (byte)id, RecordLayout.Token);
                _record.Write(_settings.Clock.Now, _number, RecordKind.BackEnd, MessageKind.Bus, (byte)BusMessage.Error, 0, error);
                break;
            default:
                Answer(RecordKind.BackEnd, id, payload, tail);
                break;
        }

        return answer;
    }

    private void Answer<T>(RecordKind kind, TransportMessage id, in T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged => Say(kind, MessageKind.Response, id, RecordLayout.Token, payload, tail);

    private void Say<T>(RecordKind kind, TransportMessage id, in T payload, ReadOnlySpan<byte> tail = default)
        where T : unmanaged => Say(kind, MessageKind.Transport, id, 0, payload, tail);

    private void Say<T>(RecordKind kind, MessageKind type, TransportMessage id, ushort token, in T payload, ReadOnlySpan<byte> tail)
        where T : unmanaged
    {
        FlushCall();
        _record.Write(_settings.Clock.Now, _number, kind, type, (byte)id, token, payload, tail);
    }

    private void FlushCall()
    {
        if (_callLength > 0)
        {
            _record.Write(_settings.Clock.Now, _number, RecordKind.FrontEnd, _call.AsSpan(0, _callLength));
            _callLength = 0;
        }
    }

    private SnapshotException CannotCopy() => new($"'{_settings.Name}' is recorded, and a record begins where the machine does; save and fork machines that are not recorded");
}
