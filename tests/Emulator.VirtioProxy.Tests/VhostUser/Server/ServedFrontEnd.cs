using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Testing.Virtio;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Tests.Peers;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Host;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.VirtioProxy.Tests.VhostUser.Server;

/// <summary>A server with a disk in memory, and a front end of a test that says to it whatever the test wants. It keeps its memory elsewhere than the guest, as QEMU does.</summary>
internal sealed class ServedFrontEnd : IDisposable
{
    public const ulong Base = 0x4000_0000;
    public const ulong UserBase = 0x7f12_3456_0000;
    public const int Length = 0x20_0000;
    public const int Sectors = 64;
    public const int SectorSize = 512;
    public const ulong ProtocolFeatures = 1 << 30;
    public const ulong UsualFeatures = VirtioFeatures.Version1 | ProtocolFeatures;
    public const int QueueSize = 64;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly SystemBus _bus = new();
    private readonly EventDescriptor[] _kicks = [new(), new()];
    private readonly EventDescriptor[] _calls = [new(), new()];

    public ServedFrontEnd(VhostUserServerOptions? options = null, Func<VirtioModelSettings, IVirtioBackend>? create = null)
    {
        Contents = [.. Enumerable.Range(0, Sectors * SectorSize).Select(i => (byte)((i / SectorSize) + i))];
        Server = new VhostUserServer("disk", create ?? (settings => new VirtioBlock(settings, new SharedArrayStorage(Contents), 2)), options);
        Server.Listen(Path.Combine(_folder, "s"));
        Ram = new GuestRam("ram", Length, RamMode.Shared);
        _bus.MapRam(Base, Ram);
        Memory = new DmaView(_bus, BusInitiator.Host);
        Socket = DescriptorSocket.Connect(Server.Path!);
        Connection = new VhostUserConnection(Socket, TimeProvider.System, s_patience);
    }

    public byte[] Contents { get; }

    public VhostUserServer Server { get; }

    public GuestRam Ram { get; }

    public DmaView Memory { get; }

    public DescriptorSocket Socket { get; private set; }

    public VhostUserConnection Connection { get; private set; }

    public EventDescriptor Call => _calls[0];

    public VirtqueueDriver Ring { get; private set; } = null!;

    public byte[] Region => Concat(Words(Base, Length, UserBase, 0));

    public static byte[] Words(params ulong[] words)
    {
        byte[] bytes = new byte[8 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8 * i), words[i]);
        }

        return bytes;
    }

    public static byte[] Concat(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    /// <summary>Another front end comes after this one has gone.</summary>
    public void Reconnect()
    {
        Socket.Dispose();
        Socket = DescriptorSocket.Connect(Server.Path!);
        Connection = new VhostUserConnection(Socket, TimeProvider.System, s_patience);
    }

    /// <summary>Says hello, as far as memory.</summary>
    public void Begin(ulong features = UsualFeatures, VhostUserProtocolFeatures extensions = VhostUserProtocolFeatures.ReplyAcknowledge)
    {
        Say(VhostUserRequest.SetOwner, []);
        Say(VhostUserRequest.SetProtocolFeatures, Words((ulong)extensions));
        Connection.ProtocolFeatures = extensions;
        Say(VhostUserRequest.SetFeatures, Words(features));
        if ((extensions & VhostUserProtocolFeatures.MemorySlots) != 0)
        {
            Say(VhostUserRequest.AddMemoryRegion, Concat(Words(0), Region), Ram.FileDescriptor);
        }
        else
        {
            Say(VhostUserRequest.SetMemoryTable, Concat(Words(1), Region), Ram.FileDescriptor);
        }
    }

    /// <summary>Makes an empty ring, and starts it.</summary>
    public void StartRing(bool packed = false, bool eventIndex = false, bool polled = false)
    {
        Ring = VirtqueueDriver.Create(Memory, Base, QueueSize, packed, eventIndex);
        Ring.EnableInterrupts();
        StartRingAt(packed ? 0x8000_8000 : 0, polled);
    }

    public void StartRingAt(uint start, bool polled = false)
    {
        VirtqueueSettings settings = Ring.Settings;
        Say(VhostUserRequest.SetVringSize, VhostUserPayload.VringState(0, QueueSize));
        Say(VhostUserRequest.SetVringBase, VhostUserPayload.VringState(0, start));
        Say(VhostUserRequest.SetVringAddress, VhostUserPayload.VringAddress(0, ToUser(settings.DescriptorArea), ToUser(settings.DeviceArea), ToUser(settings.DriverArea)));
        Say(VhostUserRequest.SetVringCall, Words(0), _calls[0].Descriptor);
        if (polled)
        {
            Say(VhostUserRequest.SetVringKick, Words(VhostUserPayload.NoDescriptor));
        }
        else
        {
            Say(VhostUserRequest.SetVringKick, Words(0), _kicks[0].Descriptor);
        }

        Say(VhostUserRequest.SetVringEnable, VhostUserPayload.VringState(0, 1));
    }

    public static ulong ToUser(ulong address) => address - Base + UserBase;

    public void Say(VhostUserRequest request, byte[] payload, params int[] descriptors) => Connection.Send(request, payload, descriptors);

    /// <summary>Makes a request available, and notifies the device when it wants that.</summary>
    /// <returns>The chain's id.</returns>
    public int Offer(int slot, BlockRequestType type, ulong sector, ReadOnlySpan<byte> data = default, int length = SectorSize, bool indirect = false)
    {
        ulong address = Base + 0x10_0000 + (0x4000 * (ulong)slot);
        byte[] header = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)type);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), sector);
        Ram.Write(address - Base, header);
        Ram.Write(address - Base + 16, data);
        bool isWrite = type == BlockRequestType.Out;
        ulong status = address + 0x3000;
        Ram.Write(status - Base, [0xff]);
        int id = Ring.Add(
            [new DriverBuffer(address, 16, false), new DriverBuffer(address + 16, (uint)(isWrite ? data.Length : length), !isWrite), new DriverBuffer(status, 1, true)],
            indirect ? address + 0x3800 : 0);
        Notify();
        return id;
    }

    /// <summary>Notifies the device when it wants that.</summary>
    public void Notify()
    {
        Interlocked.MemoryBarrier();
        if (Ring.NeedsKick())
        {
            _kicks[0].Signal();
        }
    }

    /// <summary>Waits for the next request that is done.</summary>
    public UsedBuffer WaitUsed()
    {
        UsedBuffer used = default;
        Wait(() => Ring.TryTakeUsed(out used));
        return used;
    }

    public byte[] Answer(int slot, int length = SectorSize)
    {
        byte[] bytes = new byte[length];
        Ram.Read(0x10_0000 + (0x4000 * (ulong)slot) + 16, bytes);
        return bytes;
    }

    public byte Status(int slot)
    {
        byte[] status = new byte[1];
        Ram.Read(0x10_3000 + (0x4000 * (ulong)slot), status);
        return status[0];
    }

    public ReadOnlySpan<byte> Sector(int sector) => Contents.AsSpan(SectorSize * sector, SectorSize);

    /// <summary>Waits for what another thread does.</summary>
    public static void Wait(Func<bool> isSo)
    {
        for (int i = 0; !isSo(); i++)
        {
            Assert.That(i, Is.LessThan(20_000), "it never came");
            Thread.Sleep(1);
        }
    }

    /// <summary>True when the server has ended the connection.</summary>
    public bool IsLeft()
    {
        try
        {
            Socket.Receive(new byte[1], [], HostDeadline.After(TimeProvider.System, s_patience));
            return false;
        }
        catch (PeerLostException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        Socket.Dispose();
        Server.Dispose();
        Ram.Dispose();
        foreach (EventDescriptor descriptor in _kicks.Concat(_calls))
        {
            descriptor.Dispose();
        }

        Assert.That(Directory.GetFileSystemEntries(_folder), Is.Empty, "the socket is still there");
        Directory.Delete(_folder);
    }
}
