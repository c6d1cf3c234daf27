using Emulator.Snapshots;
using Emulator.Virtio;
using Emulator.Virtio.Queues;

namespace Emulator.Tests.Virtio.Transports;

/// <summary>A back end that has a configuration space and nothing else.</summary>
internal sealed class PlainConfiguration(byte[] configuration) : IVirtioBackend
{
    public VirtioDeviceType DeviceType => VirtioDeviceType.Block;

    public ulong Features => 0;

    public IReadOnlyList<int> QueueSizes => [];

    public int ConfigurationLength => configuration.Length;

    public void Connect(IVirtioBackendHost host)
    {
    }

    public BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        configuration.AsSpan(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    public BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        source.CopyTo(configuration.AsSpan(offset));
        return BackendAnswer.Done;
    }

    public BackendAnswer SetFeatures(ulong features) => BackendAnswer.Done;

    public BackendAnswer SetStatus(VirtioStatus status) => BackendAnswer.Done;

    public BackendAnswer StartQueue(int queue, VirtqueueSettings settings) => BackendAnswer.Done;

    public BackendAnswer StopQueue(int queue) => BackendAnswer.Done;

    public void Kick(int queue)
    {
    }

    public BackendAnswer Reset() => BackendAnswer.Done;

    public void Save(SnapshotWriter writer)
    {
    }

    public void Load(SnapshotReader reader)
    {
    }

    public void Dispose()
    {
    }
}
