using System.Buffers.Binary;
using System.Collections.Concurrent;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Carriers.Rings;
using Emulator.VirtioProxy.FrontEnd;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Device;

/// <summary>
/// The virtio-proxy device (docs/virtio-proxy.md, section 9): by it a guest is the back end of another machine's devices. What the other machine's front end says comes by one queue, what the guest says goes by the other;
/// rings and buffers lie in memory that both machines have, and a store to a register raises an interrupt there. The two machines are processes, or threads of one.
/// </summary>
internal sealed class VirtioProxyDevice : VirtioModel, IVirtioBackend, IRemoteParticipant
{
    /// <summary>The device's type. The standard has none for it.</summary>
    public const int Type = 0x7078;

    // Where no board has anything: between the registers of PCI and its high window.
    private const ulong TriggerAddress = 0x60_0000_0000;
    private const ulong MemoryAddress = 0x60_4000_0000;

    private const int RpcQueue = 0;
    private const int CommandQueue = 1;
    private const int QueueSize = 64;
    private const int Configuration = 32;
    private const ushort OwnToken = ushort.MaxValue;

    // A front end that asks for more at once than a guest takes has lost its way.
    private const int MostWaiting = 1 << 16;

    private readonly RemoteGate _gate;
    private readonly ProxyOptions _options;
    private readonly WindowListener _listener;
    private readonly GuestRam _memory;
    private readonly VirtioSharedMemory[] _regions;
    private readonly ConcurrentQueue<byte[]> _incoming = new();
    private readonly byte[] _message = new byte[WindowLayout.Element];
    private readonly byte[] _configuration = new byte[Configuration];
    private volatile GuestBackEndPeer? _peer;

    /// <summary>Creates a device, and waits for front ends.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="path">The file that both machines map.</param>
    /// <param name="devices">How many devices the guest serves: each has memory of its own.</param>
    /// <param name="options">How long to wait.</param>
    /// <exception cref="EmulatorException">There is another back end, or no such place.</exception>
    public VirtioProxyDevice(VirtioModelSettings settings, string path, int devices, ProxyOptions options)
        : base(settings, (VirtioDeviceType)Type, [QueueSize, QueueSize])
    {
        _gate = settings.Remotes ?? throw new InvalidOperationException("a device that others use needs a machine");
        _options = options;
        ulong length = (ulong)devices * AreaBackend.AreaLength;
        _listener = WindowListener.Listen(path, length, carrier => new GuestBackEndPeer(this, carrier, _options).Start());
        _memory = new GuestRam($"{settings.Name}:memory", _listener.Memory.Map(0, length, isReadOnly: false), isTracked: true);
        _regions = [new VirtioSharedMemory(MemoryAddress, length)];
        _gate.Bus.MapRam(MemoryAddress, _memory);
        _gate.Bus.MapDevice(TriggerAddress, new InterruptTrigger($"{settings.Name}:trigger", Raise));
        _gate.Add(this);
        BinaryPrimitives.WriteUInt32LittleEndian(_configuration, Payloads.Hello.ExpectedMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(_configuration.AsSpan(4), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(_configuration.AsSpan(8), (uint)(BusFeatures.StaticAreas | BusFeatures.Errors));
        BinaryPrimitives.WriteUInt16LittleEndian(_configuration.AsSpan(12), WindowLayout.Element);
        BinaryPrimitives.WriteUInt16LittleEndian(_configuration.AsSpan(14), ProxyPeer.AreaLimit);
        BinaryPrimitives.WriteUInt64LittleEndian(_configuration.AsSpan(24), TriggerAddress);
    }

    /// <inheritdoc/>
    public override int ConfigurationLength => Configuration;

    /// <summary>The memory that both machines have.</summary>
    IReadOnlyList<VirtioSharedMemory> IVirtioBackend.SharedMemory => _regions;

    /// <inheritdoc/>
    public bool HasUnsolicitedInput => true;

    /// <inheritdoc/>
    protected override ulong DeviceTypeFeatures => 0;

    /// <inheritdoc/>
    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        _configuration.AsSpan(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    /// <summary>A front end has come. On the carrier's thread. The guest hears of it by a reset of the bus, whose answer goes nowhere.</summary>
    public void Begin(GuestBackEndPeer peer)
    {
        byte[] reset = new byte[MessageHeader.Length];
        _ = Message.Write(reset, MessageKind.Bus, (byte)BusMessage.Reset, 0, OwnToken, default(Payloads.Nothing));
        _peer = peer;
        PassToGuest(reset);
    }

    /// <summary>A front end has gone. On the carrier's thread.</summary>
    public void End(GuestBackEndPeer peer) => _ = Interlocked.CompareExchange(ref _peer, null, peer);

    /// <summary>The front end says something. On the carrier's thread.</summary>
    public void PassToGuest(ReadOnlySpan<byte> message)
    {
        if (_incoming.Count < MostWaiting)
        {
            _incoming.Enqueue(message.ToArray());
            _gate.Signal();
        }
    }

    /// <inheritdoc/>
    public bool Pump()
    {
        if (!_incoming.IsEmpty)
        {
            Look(RpcQueue);
        }

        return false;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _peer?.Dispose();
        _listener.Dispose();
        _memory.Dispose();
    }

    /// <inheritdoc/>
    protected override bool IsWanted(int queue) => queue == CommandQueue || !_incoming.IsEmpty;

    /// <inheritdoc/>
    protected override bool Execute(int queue, DescriptorChain chain)
    {
        if (queue == RpcQueue)
        {
            return _incoming.TryDequeue(out byte[]? message) && chain.TryWrite(message);
        }

        int length = (int)Math.Min(chain.ReadableLength, _message.Length);
        if (chain.ReadableLength > _message.Length || length < MessageHeader.Length || !chain.TryRead(_message.AsSpan(0, length)))
        {
            return false;
        }

        // A guest greets nobody, and what it answers to the device itself is heard by nobody.
        bool isMessage = MessageHeader.TryRead(_message, length, out MessageHeader header) && header.Size == length;
        bool isOwn = header.IsBus && (header.Id == (byte)BusMessage.Hello || (header.Id == (byte)BusMessage.Reset && header.Token == OwnToken));
        if (isMessage && !isOwn)
        {
            _peer?.Pass(_message.AsSpan(0, length));
        }

        return isMessage;
    }

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer) => throw new SnapshotException($"'{Name}' is the back end of another machine, whose state is not this one's; leave it out of machines that are saved or forked");

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader) => throw new SnapshotException($"'{Name}' is the back end of another machine; load snapshots into machines without it");

    private void Raise(ushort device, uint queue) => _peer?.Tell(TransportMessage.EventUsed, device, new Payloads.Index(queue));
}
