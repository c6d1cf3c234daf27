using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Emulator.Virtio;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.Server.Areas;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Server;

/// <summary>The back end's side of a connection: answers what a front end asks of the served devices.</summary>
internal sealed class BackEndSession : ProxyPeer
{
    private const int DevicesInMap = 8;
    private const ushort Bind = 1;

    private readonly VirtioProxyServer _server;
    private readonly IStaticMemory? _static;
    private readonly Dictionary<ushort, ProxyReply?> _slots = [];
    private readonly byte[] _bytes = new byte[Message.Longest];
    private readonly Dictionary<(ushort Device, uint Queue, ushort Head, uint Offset), ProxyReply> _fetching = [];

    /// <summary>Creates a session that has not begun.</summary>
    public BackEndSession(VirtioProxyServer server, ICarrier carrier, ulong instance, ProxyOptions options)
        : base(carrier, ProxyRole.BackEnd, FeaturesOf(carrier), instance, options)
    {
        _server = server;
        _static = carrier.StaticMemory;
    }

    /// <summary>The memory that the front end shares, or null where requests travel in messages.</summary>
    public AreaMap? Memory { get; private set; }

    /// <summary>Tells that requests are done which lie in an area.</summary>
    public void TellUsed(ServedDevice device, int queue) => Tell(TransportMessage.EventUsed, device.Number, new Payloads.Index((uint)queue));

    /// <summary>A queue has stopped: areas that the front end has taken back can go.</summary>
    public void ReleaseAreas()
    {
        if (Memory is { } memory && !_server.HasStartedQueues)
        {
            foreach (ushort number in memory.ReleaseLeaving())
            {
                TellBus(BusMessage.AreaRelease, new Payloads.AreaNumber(number, 0));
            }
        }
    }

    /// <summary>Asks for the readable bytes of a request that did not come with it.</summary>
    public void Fetch(ServedDevice device, int queue, ChainEntry entry)
    {
        int room = Message.Room<Payloads.ChainRange>(Limit);
        for (int offset = entry.Readable - entry.Missing; offset < entry.Readable; offset += room)
        {
            uint count = (uint)Math.Min(room, entry.Readable - offset);
            _fetching[(device.Number, (uint)queue, entry.Head, (uint)offset)] = Request(
                TransportMessage.ChainRead, device.Number, new Payloads.ChainRange((uint)queue, entry.Head, ResultCode.Done, (uint)offset, count));
        }

        // In one process the answers are there already.
        TakeFetched();
    }

    /// <summary>Tells that a request is done, and what was written.</summary>
    public void TellUsed(ServedDevice device, int queue, ChainEntry entry, uint written, ChainMemory memory)
    {
        int room = Message.Room<Payloads.ChainBytes>(Limit);
        int first = 0;
        while (memory.TryTakeWritten(entry.WritableStart, entry.Writable, out int offset, out int count))
        {
            if (offset == 0 && count <= room)
            {
                first = count;
                continue;
            }

            for (int end = offset + count; offset < end; offset += room)
            {
                Tell(
                    TransportMessage.ChainData,
                    device.Number,
                    new Payloads.ChainBytes((uint)queue, entry.Head, 0, (uint)offset),
                    memory.Bytes(entry.WritableStart + offset, Math.Min(room, end - offset)));
            }
        }

        Tell(TransportMessage.ChainUsed, device.Number, new Payloads.ChainBytes((uint)queue, entry.Head, 0, written), memory.Bytes(entry.WritableStart, first));
    }

    /// <summary>Tells that the configuration or the status has changed, and the configuration itself, in as many messages as it takes.</summary>
    public void TellConfiguration(ServedDevice device)
    {
        int room = Message.Room<Payloads.ConfigurationEvent>(Limit);
        Span<byte> bytes = new byte[device.ConfigurationLength];
        bytes = device.TryReadConfiguration(0, bytes) ? bytes : [];
        int offset = 0;
        do
        {
            Span<byte> piece = bytes.Slice(offset, Math.Min(room, bytes.Length - offset));
            Tell(TransportMessage.EventConfig, device.Number, new Payloads.ConfigurationEvent((uint)device.Status, device.Generation, (uint)offset, (uint)piece.Length), piece);
            offset += piece.Length;
        }
        while (offset < bytes.Length);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        lock (_server.Work)
        {
            Memory?.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void OnOpen() => Memory = (Features & BusFeatures.Areas) != 0 ? new AreaMap(Areas, _static, (Features & BusFeatures.FatAreas) != 0) : null;

    /// <inheritdoc/>
    protected override ResultCode OnRequest(in MessageHeader header, ReadOnlySpan<byte> message)
    {
        lock (_server.Work)
        {
            if (header.IsBus)
            {
                return OnBus(header, message);
            }

            return _server.Find(header.Device) is { } device ? OnDevice(device, header, message) : ResultCode.NoSuchDevice;
        }
    }

    /// <inheritdoc/>
    protected override void OnEvent(in MessageHeader header, ReadOnlySpan<byte> message)
    {
        lock (_server.Work)
        {
            if (!header.IsBus
                && header.Id == (byte)TransportMessage.EventAvail
                && _server.Find(header.Device) is { } announced
                && Message.TryRead(message, out Payloads.Available available, out _))
            {
                announced.Announce(available.Queue);
            }
            else if (!header.IsBus
                && header.Id == (byte)TransportMessage.ChainAvail
                && Memory is null
                && _server.Find(header.Device) is { } device
                && Message.TryRead(message, out Payloads.Chain chain, out ReadOnlySpan<byte> bytes)
                && !device.Announce(chain, bytes))
            {
                Lose($"a request of {(long)chain.Readable + chain.Writable} bytes on queue {chain.Queue} cannot be one");
            }
        }
    }

    /// <inheritdoc/>
    protected override void OnReply()
    {
        lock (_server.Work)
        {
            TakeFetched();
            TakeSlots();
        }
    }

    /// <inheritdoc/>
    protected override void OnLost(string reason) => _server.Forget(this, reason);

    private static BusFeatures FeaturesOf(ICarrier carrier) => BusFeatures.Chains | BusFeatures.Errors | BusFeatures.Slots
        | (carrier.HasDescriptors ? BusFeatures.AreaDescriptors | BusFeatures.FatAreas : BusFeatures.None)
        | (carrier.StaticMemory is not null ? BusFeatures.StaticAreas | BusFeatures.FatAreas : BusFeatures.None);

    // A driver has come, so the front end has a slot for the device.
    private void AskForSlot(ServedDevice device)
    {
        if ((Features & BusFeatures.Slots) != 0 && _slots.TryAdd(device.Number, null))
        {
            _slots[device.Number] = RequestBus(BusMessage.SlotInfo, new Payloads.Slot(device.Number, 0));
            _ = RequestBus(BusMessage.SlotBind, new Payloads.SlotBinding(device.Number, Bind, device.Info.DeviceId));
            TakeSlots();
        }
    }

    private void TakeSlots()
    {
        foreach ((ushort number, ProxyReply? reply) in _slots)
        {
            if (reply is { IsDone: true } && reply.TryRead(out Payloads.Slot _, out ReadOnlySpan<byte> entries) && _server.Find(number) is { Slot: null } device)
            {
                device.Slot = ProxySlot.Read(entries);
                _server.TellSlot(device);
            }
        }
    }

    private void TakeFetched()
    {
        foreach (((ushort Device, uint Queue, ushort Head, uint Offset) key, ProxyReply reply) in _fetching.Where(pair => pair.Value.IsDone).ToList())
        {
            _ = _fetching.Remove(key);
            if (reply.TryRead(out Payloads.ChainRange range, out ReadOnlySpan<byte> bytes)
                && range.Result == ResultCode.Done
                && (range.Queue, range.Head, range.Offset) == (key.Queue, key.Head, key.Offset)
                && bytes.Length >= range.Length)
            {
                _server.Find(key.Device)?.Supply(range, bytes[..(int)range.Length]);
            }
        }
    }

    private ResultCode OnBus(in MessageHeader header, ReadOnlySpan<byte> message)
    {
        switch ((BusMessage)header.Id)
        {
            case BusMessage.GetDevices when Message.TryRead(message, out Payloads.DeviceRange range, out _) && range.Offset % DevicesInMap == 0 && range.Count % DevicesInMap == 0:
                int count = Math.Min(range.Count, DevicesInMap * Message.Room<Payloads.DeviceMap>(Math.Min(Limit, Message.LongestBeforeHello)));
                Span<byte> map = new byte[count / DevicesInMap];
                int next = _server.FillMap(range.Offset, count, map);
                return Reply(header, new Payloads.DeviceMap(range.Offset, (ushort)count, (ushort)next), map);
            case BusMessage.AreaShare when Memory is not null && Message.TryRead(message, out Payloads.Area area, out _):
                int descriptor = TakeDescriptor();
                ResultCode shared = Memory.Share(area, descriptor);
                LinuxCalls.CloseIfAny(descriptor);
                return Reply(header, new Payloads.AreaResult(area.Number, shared));
            case BusMessage.AreaUnshare when Memory is not null && Message.TryRead(message, out Payloads.AreaNumber area, out _):
                return Reply(header, new Payloads.AreaResult(area.Number, Memory.Unshare(area.Number, _server.HasStartedQueues)));
            case BusMessage.AreaShare or BusMessage.AreaUnshare when Memory is not null:
                return ResultCode.Malformed;
            case BusMessage.Reset:
                _server.ResetAll();
                return Reply(header, default(Payloads.Nothing));
            case BusMessage.EventPoll:
                return Reply(header, default(Payloads.Nothing));
            case BusMessage.GetDevices:
                return ResultCode.Malformed;
            default:
                return ResultCode.UnknownMessage;
        }
    }

    private ResultCode OnDevice(ServedDevice device, in MessageHeader header, ReadOnlySpan<byte> message)
    {
        switch ((TransportMessage)header.Id)
        {
            case TransportMessage.GetDeviceInfo:
                return Reply(header, device.Info);
            case TransportMessage.GetDeviceFeatures:
                return GetFeatures(device, header, message);
            case TransportMessage.SetDriverFeatures:
                return SetFeatures(device, header, message);
            case TransportMessage.GetConfig:
                return GetConfiguration(device, header, message);
            case TransportMessage.SetConfig:
                return SetConfiguration(device, header, message);
            case TransportMessage.GetDeviceStatus:
                return Reply(header, new Payloads.Status((uint)device.Status));
            case TransportMessage.SetDeviceStatus when Message.TryRead(message, out Payloads.Status status, out _):
                if (status.Value != 0)
                {
                    AskForSlot(device);
                }

                device.SetStatus((VirtioStatus)status.Value);
                return Reply(header, new Payloads.Status((uint)device.Status));
            case TransportMessage.GetVqueue when Message.TryRead(message, out Payloads.Index queue, out _) && device.HasQueue(queue.Value):
                return Reply(header, device.Queue((int)queue.Value));
            case TransportMessage.SetVqueue when Message.TryRead(message, out Payloads.Queue queue, out _):
                ResultCode result = device.StartQueue(queue);
                return result == ResultCode.Done ? Reply(header, default(Payloads.Nothing)) : result;
            case TransportMessage.ResetVqueue when Message.TryRead(message, out Payloads.Index queue, out _) && device.HasQueue(queue.Value):
                device.StopQueue((int)queue.Value);
                return Reply(header, default(Payloads.Nothing));
            case TransportMessage.GetShm when Message.TryRead(message, out Payloads.Index region, out _):
                return Reply(header, new Payloads.SharedMemory(region.Value, 0, 0));
            case TransportMessage.GetShm64 when Message.TryRead(message, out Payloads.Region region, out _):
                return Reply(header, new Payloads.LargeSharedMemory(region.Number, 0, 0, 0));
            case TransportMessage.SetDeviceStatus or TransportMessage.GetVqueue or TransportMessage.SetVqueue or TransportMessage.ResetVqueue or TransportMessage.GetShm or TransportMessage.GetShm64:
                return ResultCode.Malformed;
            default:
                return ResultCode.UnknownMessage;
        }
    }

    private ResultCode GetFeatures(ServedDevice device, in MessageHeader header, ReadOnlySpan<byte> message)
    {
        if (!Message.TryRead(message, out Payloads.FeatureBlocks blocks, out _) || blocks.Count > Message.Room<Payloads.FeatureBlocks>(Limit) / sizeof(uint))
        {
            return ResultCode.Malformed;
        }

        Span<byte> words = _bytes.AsSpan(0, (int)blocks.Count * sizeof(uint));
        for (uint i = 0; i < blocks.Count; i++)
        {
            ulong block = blocks.First + (ulong)i;
            BinaryPrimitives.WriteUInt32LittleEndian(words[(int)(i * sizeof(uint))..], block < 2 ? (uint)(device.Features >> (32 * (int)block)) : 0);
        }

        return Reply(header, blocks, words);
    }

    private ResultCode SetFeatures(ServedDevice device, in MessageHeader header, ReadOnlySpan<byte> message)
    {
        if (!Message.TryRead(message, out Payloads.FeatureBlocks blocks, out ReadOnlySpan<byte> words) || (ulong)blocks.Count * sizeof(uint) > (ulong)words.Length)
        {
            return ResultCode.Malformed;
        }

        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<byte, uint>(words[..(int)(blocks.Count * sizeof(uint))]);
        for (int i = 0; i < bits.Length; i++)
        {
            device.SetDriverFeatures(blocks.First + (uint)i, bits[i]);
        }

        return Reply(header, default(Payloads.Nothing));
    }

    private ResultCode GetConfiguration(ServedDevice device, in MessageHeader header, ReadOnlySpan<byte> message)
    {
        if (!Message.TryRead(message, out Payloads.ConfigurationRange range, out _) || range.Length > Message.Room<Payloads.ConfigurationBytes>(Limit))
        {
            return ResultCode.Malformed;
        }

        Span<byte> bytes = _bytes.AsSpan(0, (int)range.Length);
        return device.TryReadConfiguration(range.Offset, bytes)
            ? Reply(header, new Payloads.ConfigurationBytes(device.Generation, range.Offset, range.Length), bytes)
            : ResultCode.Malformed;
    }

    private ResultCode SetConfiguration(ServedDevice device, in MessageHeader header, ReadOnlySpan<byte> message)
    {
        if (!Message.TryRead(message, out Payloads.ConfigurationBytes range, out ReadOnlySpan<byte> bytes) || range.Length > bytes.Length)
        {
            return ResultCode.Malformed;
        }

        bytes = bytes[..(int)range.Length];
        return device.TryWriteConfiguration(range.Generation, range.Offset, bytes)
            ? Reply(header, range with { Generation = device.Generation }, bytes)
            : Reply(header, new Payloads.ConfigurationBytes(device.Generation, range.Offset, 0));
    }
}
