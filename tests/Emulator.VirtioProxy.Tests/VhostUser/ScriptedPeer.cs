using System.Buffers.Binary;
using System.Net.Sockets;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Host;
using Microsoft.Win32.SafeHandles;

namespace Emulator.VirtioProxy.Tests.VhostUser;

/// <summary>A back end that does what a test tells it. By itself it is a well-behaved one, which answers each request with bytes of 0x5a.</summary>
internal sealed class ScriptedPeer : IDisposable
{
    public const ulong UsualFeatures = (1UL << 32) | (1UL << 30) | (1UL << 28) | (1UL << 26) | (1UL << 24) | 0x6;
    public const ulong UsualExtensions = 0x8f2b;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly Thread _thread;
    private readonly EventDescriptor _wake = new();
    private readonly PeerRing[] _rings = [.. Enumerable.Range(0, 4).Select(_ => new PeerRing())];
    private readonly List<(ulong Address, ulong Length, SafeFileHandle File)> _regions = [];
    private Socket? _listener;
    private DescriptorSocket? _connection;
    private volatile bool _isOver;

    public ScriptedPeer()
    {
        Listen();
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public string Path => System.IO.Path.Combine(_folder, "s");

    public ulong Features { get; set; } = UsualFeatures;

    public ulong Extensions { get; set; } = UsualExtensions;

    /// <summary>Where it says that it keeps requests in flight.</summary>
    public Emulator.Memory.GuestRam? Inflight { get; set; }

    public ulong MemorySlots { get; set; } = 32;

    public byte[] Configuration { get; set; } = [.. Enumerable.Range(0, 60).Select(i => (byte)i)];

    /// <summary>What came, in order.</summary>
    public List<VhostUserRequest> Log { get; } = [];

    /// <summary>The payloads of what came.</summary>
    public List<byte[]> Payloads { get; } = [];

    /// <summary>Answers a request in the place of the usual answer: the bytes of a whole message, none for silence; null for the usual answer.</summary>
    public Func<VhostUserRequest, byte[]?> Answer { get; set; } = _ => null;

    /// <summary>What to do with a chain: bytes written, or null to keep it.</summary>
    public Func<int, PeerChain, uint?> Serve { get; set; } = (_, chain) => chain.Fill(0x5a);

    /// <summary>What to use a chain with, when that is not its head.</summary>
    public Func<ushort, uint> UsedId { get; set; } = head => head;

    /// <summary>Chains that were kept.</summary>
    public List<PeerChain> Kept { get; } = [];

    public int Connections { get; private set; }

    /// <summary>Where the back end makes requests of its own.</summary>
    public DescriptorSocket? Channel { get; private set; }

    /// <summary>What happens when a connection has ended, before there is another one.</summary>
    public Action Ended { get; set; } = () => { };

    /// <summary>A message.</summary>
    public static byte[] Message(uint request, uint flags, uint size, params byte[] payload)
    {
        byte[] bytes = new byte[VhostUserHeader.Length + payload.Length];
        new VhostUserHeader(request, (VhostUserFlags)flags, size).Write(bytes);
        payload.CopyTo(bytes, VhostUserHeader.Length);
        return bytes;
    }

    /// <summary>Ends the connection as a process does that is killed.</summary>
    public void Drop()
    {
        DescriptorSocket? connection = _connection;
        _wake.Signal();
        connection?.Dispose();
    }

    /// <summary>Nobody listens any more.</summary>
    public void StopListening()
    {
        Interlocked.Exchange(ref _listener, null)?.Dispose();
        File.Delete(Path);
    }

    public void Listen()
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        Volatile.Write(ref _listener, listener);
    }

    public unsafe void Signal(int ring)
    {
        ulong one = 1;
        if (_rings[ring].Call is { IsClosed: false } call)
        {
            _ = LinuxCalls.Write((int)call.DangerousGetHandle(), &one, sizeof(ulong));
        }
    }

    public void Dispose()
    {
        _isOver = true;
        Drop();
        StopListening();
        _thread.Join();
        _wake.Dispose();
        Forget();
        Directory.Delete(_folder, recursive: true);
    }

    internal SafeFileHandle? Find(ulong address, out long offset)
    {
        foreach ((ulong start, ulong length, SafeFileHandle file) in _regions)
        {
            if (address >= start && address - start < length)
            {
                offset = (long)(address - start);
                return file;
            }
        }

        offset = 0;
        return null;
    }

    private void Run()
    {
        while (!_isOver)
        {
            try
            {
                if (Volatile.Read(ref _listener) is not { } listener || !listener.Poll(1000, SelectMode.SelectRead))
                {
                    continue;
                }

                _connection = DescriptorSocket.From(listener.Accept());
                Connections++;
                Serving();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or PeerLostException or IOException)
            {
                // The next one, please.
            }
            finally
            {
                _connection?.Dispose();
                _ = _wake.TryTake();
                Forget();
                Ended();
            }
        }
    }

    private unsafe void Serving()
    {
        DescriptorSocket connection = _connection!;
        LinuxCalls.PollEntry* entries = stackalloc LinuxCalls.PollEntry[2 + _rings.Length];
        while (!_isOver)
        {
            entries[0] = new LinuxCalls.PollEntry { Descriptor = connection.Descriptor, Events = LinuxCalls.PollIn };
            entries[1] = new LinuxCalls.PollEntry { Descriptor = _wake.Descriptor, Events = LinuxCalls.PollIn };
            for (int i = 0; i < _rings.Length; i++)
            {
                entries[2 + i] = new LinuxCalls.PollEntry { Descriptor = _rings[i].KickDescriptor, Events = LinuxCalls.PollIn };
            }

            _ = LinuxCalls.Poll(entries, (nuint)(2 + _rings.Length), 1000);
            if (_wake.TryTake() || connection.Descriptor < 0)
            {
                return;
            }

            for (int i = 0; i < _rings.Length; i++)
            {
                if (entries[2 + i].Returned != 0)
                {
                    Kicked(i);
                }
            }

            if (entries[0].Returned != 0)
            {
                Take(connection);
            }
        }
    }

    private unsafe void Kicked(int index)
    {
        PeerRing ring = _rings[index];
        ulong count;
        _ = LinuxCalls.Read(ring.KickDescriptor, &count, sizeof(ulong));
        foreach (PeerChain chain in ring.TakeAvailable(this))
        {
            if (Serve(index, chain) is { } written)
            {
                ring.Use(this, UsedId(chain.Head), written);
                Signal(index);
            }
            else
            {
                Kept.Add(chain);
            }
        }
    }

    private void Take(DescriptorSocket connection)
    {
        HostDeadline deadline = HostDeadline.After(TimeProvider.System, TimeSpan.FromSeconds(10));
        byte[] start = new byte[VhostUserHeader.Length];
        List<int> descriptors = [];
        connection.Receive(start, descriptors, deadline);
        _ = VhostUserHeader.TryRead(start, out VhostUserHeader header);
        byte[] payload = new byte[header.Size];
        if (payload.Length > 0)
        {
            connection.Receive(payload, descriptors, deadline);
        }

        var request = (VhostUserRequest)header.Request;
        lock (Log)
        {
            Log.Add(request);
            Payloads.Add(payload);
        }

        byte[]? usual = Obey(request, payload, descriptors);
        byte[]? reply = usual ?? ((header.Flags & VhostUserFlags.NeedReply) != 0 ? new byte[8] : null);
        byte[]? message = Answer(request) ?? (reply is null ? null : Message(header.Request, 5, (uint)reply.Length, reply));
        if (message is { Length: > 0 })
        {
            connection.Send(message, request == VhostUserRequest.GetInflightMemory && Inflight is { } memory ? [memory.FileDescriptor] : [], deadline);
        }
    }

    private byte[]? Obey(VhostUserRequest request, byte[] payload, List<int> descriptors)
    {
        ulong number = payload.Length == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(payload) : 0;
        PeerRing ring = _rings[payload.Length >= 8 && request is >= VhostUserRequest.SetVringSize and <= VhostUserRequest.SetVringCall ? payload[0] & 3 : 0];
        switch (request)
        {
            case VhostUserRequest.GetFeatures:
                return VhostUserPayload.Number(Features);
            case VhostUserRequest.GetProtocolFeatures:
                return VhostUserPayload.Number(Extensions);
            case VhostUserRequest.GetQueueNumber:
                return VhostUserPayload.Number(2);
            case VhostUserRequest.GetConfiguration:
                return VhostUserPayload.Configuration(0, Configuration);
            case VhostUserRequest.SetConfiguration:
                Configuration[payload[0]] = payload[VhostUserPayload.ConfigurationHeader];
                return null;
            case VhostUserRequest.SetMemoryTable:
                MapRegions(payload, descriptors);
                return null;
            case VhostUserRequest.GetInflightMemory:
                return VhostUserPayload.Inflight(new VhostUserInflight(Inflight?.Length ?? 0, 0, 2, 1024));
            case VhostUserRequest.GetMostMemorySlots:
                return VhostUserPayload.Number(MemorySlots);
            case VhostUserRequest.AddMemoryRegion:
                _regions.Add((BinaryPrimitives.ReadUInt64LittleEndian(payload.AsSpan(8)), BinaryPrimitives.ReadUInt64LittleEndian(payload.AsSpan(16)), new SafeFileHandle(descriptors[0], ownsHandle: true)));
                return null;
            case VhostUserRequest.RemoveMemoryRegion:
                int removed = _regions.FindIndex(region => region.Address == BinaryPrimitives.ReadUInt64LittleEndian(payload.AsSpan(8)));
                _regions[removed].File.Dispose();
                _regions.RemoveAt(removed);
                return null;
            case VhostUserRequest.SetVringAddress:
                ring.SetAddresses(payload);
                return null;
            case VhostUserRequest.SetVringBase:
                ring.Base = (ushort)(number >> 32);
                return null;
            case VhostUserRequest.SetVringSize:
                ring.Size = (int)(number >> 32);
                return null;
            case VhostUserRequest.SetVringCall:
                ring.Call = new SafeFileHandle(descriptors[0], ownsHandle: true);
                Signal(payload[0]);
                return null;
            case VhostUserRequest.SetVringKick:
                ring.Begin(new SafeFileHandle(descriptors[0], ownsHandle: true));
                return null;
            case VhostUserRequest.SetBackendRequestChannel:
                Channel?.Dispose();
                Channel = DescriptorSocket.From(descriptors[0]);
                return null;
            case VhostUserRequest.GetVringBase:
                ring.End();
                return VhostUserPayload.VringState(payload[0], ring.Position);
            default:
                descriptors.ForEach(descriptor => _ = LinuxCalls.Close(descriptor));
                return null;
        }
    }

    private void MapRegions(byte[] payload, List<int> descriptors)
    {
        _regions.ForEach(region => region.File.Dispose());
        _regions.Clear();
        for (int i = 0; i < descriptors.Count; i++)
        {
            Span<byte> entry = payload.AsSpan(8 + (32 * i));
            _regions.Add((BinaryPrimitives.ReadUInt64LittleEndian(entry), BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]), new SafeFileHandle(descriptors[i], ownsHandle: true)));
        }
    }

    private void Forget()
    {
        Channel?.Dispose();
        Channel = null;
        foreach (PeerRing ring in _rings)
        {
            ring.End();
            ring.Call?.Dispose();
            ring.Call = null;
        }

        _regions.ForEach(region => region.File.Dispose());
        _regions.Clear();
    }
}
