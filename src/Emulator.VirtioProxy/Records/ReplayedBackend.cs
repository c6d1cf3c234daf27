using System.Buffers.Binary;
using Emulator.Snapshots;
using Emulator.Timing;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Records;

/// <summary>
/// A device whose back end is a record: what the guest does is compared with it, and what the guest has seen then it sees again, at the same instants. The first difference ends the run.
/// </summary>
internal sealed partial class ReplayedBackend : IVirtioBackend, IRemoteParticipant, ITimerTarget
{
    private readonly RecordReader _record;
    private readonly RecordedDevice _device;
    private readonly VirtioModelSettings _settings;
    private readonly Virtqueue[] _queues;
    private readonly TimerId _timer;
    private readonly byte[] _said = new byte[Message.Longest];
    private readonly byte[] _configuration;
    private IVirtioBackendHost _host = null!;
    private ulong _features;

    /// <summary>Begins at the record's beginning.</summary>
    /// <param name="record">The record, of this device only; disposed with this.</param>
    /// <param name="settings">What the device needs of its machine.</param>
    /// <exception cref="EmulatorException">The record does not say what the device is.</exception>
    public ReplayedBackend(RecordReader record, VirtioModelSettings settings)
    {
        _record = record;
        _settings = settings;
        _device = RecordedDevice.Read(record);
        _configuration = [.. _device.Configuration];
        _queues = [.. _device.QueueSizes.Select((_, index) => new Virtqueue(settings.Name, index, settings.Memory))];
        _chains = [.. _queues.Select(_ => new List<OutstandingChain>())];
        _requests = new long[_queues.Length];
        _timer = settings.Clock.Register($"{settings.Name}:completion", this);
        settings.Remotes?.Add(this);
    }

    /// <inheritdoc/>
    public VirtioDeviceType DeviceType => _device.Type;

    /// <inheritdoc/>
    public ulong Features => _device.Features;

    /// <inheritdoc/>
    public IReadOnlyList<int> QueueSizes => _device.QueueSizes;

    /// <inheritdoc/>
    public int ConfigurationLength => _configuration.Length;

    /// <inheritdoc/>
    public bool HasUnsolicitedInput => false;

    /// <inheritdoc/>
    public void Connect(IVirtioBackendHost host)
    {
        _host = host;
        ArmTimer();
    }

    /// <inheritdoc/>
    public BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        _configuration.AsSpan(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        BackendAnswer answer = Compare(TransportMessage.SetConfig, new Payloads.ConfigurationBytes(0, (uint)offset, (uint)source.Length), source);
        return answer == BackendAnswer.Done ? TakeAnswer() : answer;
    }

    /// <inheritdoc/>
    public BackendAnswer SetFeatures(ulong features)
    {
        Span<byte> words = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(words, features);
        BackendAnswer answer = Compare(TransportMessage.SetDriverFeatures, new Payloads.FeatureBlocks(0, 2), words);
        if (answer == BackendAnswer.Done)
        {
            _features = features;
            answer = TakeAnswer();
        }

        return answer;
    }

    /// <inheritdoc/>
    public BackendAnswer SetStatus(VirtioStatus status)
    {
        BackendAnswer answer = Compare(TransportMessage.SetDeviceStatus, new Payloads.Status((uint)status));
        return answer == BackendAnswer.Done ? TakeAnswer() : answer;
    }

    /// <inheritdoc/>
    public BackendAnswer StartQueue(int queue, VirtqueueSettings settings)
    {
        BackendAnswer answer = Compare(
            TransportMessage.SetVqueue, new Payloads.Queue((uint)queue, 0, (uint)settings.Size, 0, settings.DescriptorArea, settings.DriverArea, settings.DeviceArea));
        if (answer == BackendAnswer.Done)
        {
            Stop(queue);
            _ = _queues[queue].Start(settings, _features);
            answer = TakeAnswer();
        }

        return answer;
    }

    /// <inheritdoc/>
    public BackendAnswer StopQueue(int queue)
    {
        BackendAnswer answer = Compare(TransportMessage.ResetVqueue, new Payloads.Index((uint)queue));
        if (answer == BackendAnswer.Done)
        {
            answer = TakeAnswer();
            Stop(queue);
        }

        return answer;
    }

    /// <inheritdoc/>
    public void Kick(int queue)
    {
        if (Compare(TransportMessage.EventAvail, new Payloads.Available((uint)queue, 0)) == BackendAnswer.Done)
        {
            Advance();
        }
    }

    /// <inheritdoc/>
    public BackendAnswer Reset()
    {
        BackendAnswer answer = Compare(TransportMessage.SetDeviceStatus, new Payloads.Status(0));
        if (answer == BackendAnswer.Done)
        {
            answer = TakeAnswer();
            _features = 0;
            for (int queue = 0; queue < _queues.Length; queue++)
            {
                Stop(queue);
            }
        }

        return answer;
    }

    /// <inheritdoc/>
    public void OnTimer(TimerId timer)
    {
        // The gate asks after every timer.
    }

    /// <inheritdoc/>
    /// <exception cref="EmulatorException">The guest does something else than it did then, or the record is damaged.</exception>
    public bool Pump()
    {
        Advance();
        if (Peek() is { IsAnswer: true } answer)
        {
            Fail(answer.Broken());
        }

        return _failure is null ? false : throw _failure;
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer) => throw CannotCopy();

    /// <inheritdoc/>
    public void Load(SnapshotReader reader) => throw CannotCopy();

    /// <inheritdoc/>
    public void Dispose() => _record.Dispose();

    private SnapshotException CannotCopy() => new($"'{_settings.Name}' is replayed from a record, which goes on from where the machine stands only; replay it from the start in another machine");

    private void Stop(int queue)
    {
        _queues[queue].Stop();
        _chains[queue].Clear();
    }
}
