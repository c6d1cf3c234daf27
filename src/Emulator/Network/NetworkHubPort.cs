using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator.Network;

/// <summary>A machine's connection to a <see cref="NetworkHub"/>. Frames under way are the hub's state.</summary>
internal sealed class NetworkHubPort(NetworkHub hub, int number) : INetworkLink, IDomainReceiver, IMachineAttachment
{
    private INetworkAdapter? _adapter;
    private DomainPort? _port;

    /// <inheritdoc/>
    public int Number => number;

    /// <inheritdoc/>
    public void Connect(INetworkAdapter adapter, IMachineClock clock, string name)
    {
        if (_adapter is not null)
        {
            throw new InvalidOperationException("a port of a network hub is one device's; create a port for each");
        }

        _adapter = adapter;
    }

    /// <inheritdoc/>
    public void Attach(Machine machine) => _port = hub.Domain.Attach(machine.Join(hub.Domain), this);

    /// <inheritdoc/>
    public void Transmit(ReadOnlySpan<byte> frame) => _port?.Broadcast(frame);

    /// <inheritdoc/>
    public void Receive(int source, ReadOnlySpan<byte> payload) => _adapter?.Receive(payload);

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
    }
}
