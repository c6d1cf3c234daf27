using System.Buffers.Binary;
using System.Net.Sockets;
using Emulator.Memory;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Host;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.Fuzz.Vhost;

/// <summary>
/// A back end of vhost-user that behaves but where its steps say otherwise. It answers each request with bytes of <see cref="Filling"/>, the last one 0. It has no thread: <see cref="Work"/> does what there is to do.
/// </summary>
internal sealed unsafe partial class HostileBackEnd(int trap) : IDisposable
{
    /// <summary>What it writes to a request's buffers.</summary>
    public const byte Filling = 0x5a;

    private const int MostChains = 64;

    private readonly Queue<BackEndStep> _steps = [];
    private readonly BackEndRing[] _rings = [new(), new(), new(), new()];
    private readonly List<(ulong Address, GuestRam Memory)> _regions = [];
    private readonly List<int> _descriptors = [];
    private readonly byte[] _buffer = new byte[VhostUserHeader.Length + VhostUserHeader.LargestPayload];
    private DescriptorSocket? _socket;
    private DescriptorSocket? _channel;
    private int _waited;
    private bool _isConnected;

    // What goes with the answer, or -1.
    private int _answered = -1;

    /// <summary>The features that it offers.</summary>
    public ulong Features { get; set; } = (1UL << 32) | (1UL << 30) | (1UL << 28) | (1UL << 26) | (1UL << 24) | 0xe47;

    /// <summary>The extensions that it offers.</summary>
    public ulong Extensions { get; set; } = 0x9f2b;

    /// <summary>The number of its queues.</summary>
    public ulong Queues { get; set; } = 2;

    /// <summary>Its configuration space.</summary>
    public byte[] Configuration { get; } = new byte[60];

    /// <summary>True when it has the guest's RAM, too.</summary>
    public bool HasGuestMemory { get; set; }

    /// <summary>Gives it faults to make.</summary>
    public void Add(BackEndStep step) => _steps.Enqueue(step);

    /// <summary>From now on it behaves, and offers what it has offered at first.</summary>
    public void Behave() => _steps.Clear();

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">It does not want to.</exception>
    public DescriptorSocket Connect()
    {
        Close();
        if (Next().Fault is BackEndFault.HangUp)
        {
            throw new SocketException((int)SocketError.ConnectionRefused);
        }

        (DescriptorSocket near, _socket) = DescriptorSocket.CreatePair();
        _isConnected = true;
        return near;
    }

    /// <summary>Does what there is to do.</summary>
    /// <returns>False when that was nothing.</returns>
    public bool Work()
    {
        bool hasWorked = false;
        while (_isConnected && HasMessage())
        {
            hasWorked = true;
            Take();
        }

        for (int i = 0; i < _rings.Length && _isConnected; i++)
        {
            ulong count;
            if (_rings[i].Kick >= 0 && LinuxCalls.Read(_rings[i].Kick, &count, sizeof(ulong)) == sizeof(ulong))
            {
                hasWorked = true;
                Serve(_rings[i]);
            }
        }

        return hasWorked;
    }

    /// <summary>True when the other side has closed the connection.</summary>
    public bool IsLeft()
    {
        byte one;
        while (_isConnected)
        {
            nint count = LinuxCalls.Receive(_socket!.Descriptor, &one, 1, LinuxCalls.MessageDontWait);
            if (count <= 0)
            {
                return count == 0 || System.Runtime.InteropServices.Marshal.GetLastPInvokeError() != LinuxCalls.ErrorAgain;
            }
        }

        return true;
    }

    public void Dispose() => Close();

    // The next event of its life: what it does wrong about it.
    private BackEndStep Next()
    {
        if (_steps.TryPeek(out BackEndStep? step) && _waited++ >= step.Wait)
        {
            _waited = 0;
            return _steps.Dequeue();
        }

        return new BackEndStep(0, BackEndFault.None, 0, 0, []);
    }

    private bool HasMessage()
    {
        byte one;
        const int peek = 2;
        nint count = LinuxCalls.Receive(_socket!.Descriptor, &one, 1, LinuxCalls.MessageDontWait | peek);
        if (count == 0)
        {
            Close();
        }

        return count > 0;
    }

    private void Take()
    {
        var header = default(VhostUserHeader);
        int length = 0;
        int wanted = VhostUserHeader.Length;
        while (length < wanted)
        {
            nint count = DescriptorMessages.Receive(_socket!.Descriptor, _buffer.AsSpan(length, wanted - length), _descriptors, LinuxCalls.MessageDontWait);
            if (count <= 0)
            {
                Close();
                return;
            }

            length += (int)count;
            if (length == VhostUserHeader.Length && !VhostUserHeader.TryRead(_buffer, out header))
            {
                throw new InvalidOperationException("what the front end has sent is no message");
            }

            wanted = length < VhostUserHeader.Length ? wanted : VhostUserHeader.Length + (int)header.Size;
        }

        byte[]? answer = Obey((VhostUserRequest)header.Request, _buffer.AsSpan(VhostUserHeader.Length, (int)header.Size));
        _descriptors.ForEach(LinuxCalls.CloseIfAny);
        _descriptors.Clear();
        if (answer is null && (header.Flags & VhostUserFlags.NeedReply) != 0)
        {
            answer = VhostUserPayload.Number(0);
        }

        Answer(Next(), header.Request, answer);
        _answered = -1;
    }

    private byte[]? Obey(VhostUserRequest request, ReadOnlySpan<byte> payload)
    {
        ulong number = payload.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(payload) : 0;
        BackEndRing ring = _rings[(int)(number & 3)];
        switch (request)
        {
            case VhostUserRequest.GetFeatures:
                return VhostUserPayload.Number(Features);
            case VhostUserRequest.GetProtocolFeatures:
                return VhostUserPayload.Number(Extensions);
            case VhostUserRequest.GetQueueNumber:
                return VhostUserPayload.Number(Queues);
            case VhostUserRequest.GetConfiguration:
                return VhostUserPayload.Configuration(0, Configuration.AsSpan(0, Math.Clamp(payload.Length - VhostUserPayload.ConfigurationHeader, 0, Configuration.Length)));
            case VhostUserRequest.SetMemoryTable when VhostUserPayload.TryReadMemoryTable(payload, out FrontEndRegion[] regions):
                Forget();
                for (int i = 0; i < regions.Length; i++)
                {
                    Map(regions[i], _descriptors[i]);
                }

                return null;
            case VhostUserRequest.GetMostMemorySlots:
                return VhostUserPayload.Number(8);
            case VhostUserRequest.AddMemoryRegion when VhostUserPayload.TryReadMemoryRegion(payload, out FrontEndRegion region):
                Map(region, _descriptors[0]);
                return null;
            case VhostUserRequest.RemoveMemoryRegion when VhostUserPayload.TryReadMemoryRegion(payload, out FrontEndRegion region):
                _regions.Where(known => known.Address == region.Address).ToList().ForEach(known => known.Memory.Dispose());
                _ = _regions.RemoveAll(known => known.Address == region.Address);
                return null;
            case VhostUserRequest.GetInflightMemory when VhostUserPayload.TryReadInflight(payload, out VhostUserInflight wanted):
                _answered = trap;
                return VhostUserPayload.Inflight(wanted with { Length = 4096 });
            case VhostUserRequest.SetVringSize:
                ring.Size = (int)(number >> 32);
                return null;
            case VhostUserRequest.SetVringAddress:
                (ring.Table, ring.Used, ring.Available) = (Word(payload, 8), Word(payload, 16), Word(payload, 24));
                return null;
            case VhostUserRequest.SetVringBase:
                ring.Position = ring.UsedIndex = (ushort)(number >> 32);
                return null;
            case VhostUserRequest.SetVringKick:
                LinuxCalls.CloseIfAny(ring.Kick);
                ring.Kick = TakeDescriptor();
                return null;
            case VhostUserRequest.SetVringCall:
                LinuxCalls.CloseIfAny(ring.Call);
                ring.Call = TakeDescriptor();
                return null;
            case VhostUserRequest.SetBackendRequestChannel:
                _channel?.Dispose();
                _channel = DescriptorSocket.From(TakeDescriptor());
                return null;
            case VhostUserRequest.GetVringBase:
                Forget(ring);
                return VhostUserPayload.VringState((int)(number & 3), ring.Position);
            default:
                return null;
        }
    }

    private void Map(in FrontEndRegion region, int descriptor)
    {
        ForeignHostPages pages = ForeignHostPages.TryMap(descriptor, region.FileOffset, region.Length, mayShrink: true, out string problem) ?? throw new InvalidOperationException(problem);
        _regions.Add((region.Address, new GuestRam("region", pages)));
    }

    private int TakeDescriptor()
    {
        int taken = _descriptors[0];
        _descriptors.RemoveAt(0);
        return taken;
    }

    private void Close()
    {
        _isConnected = false;
        _socket?.Dispose();
        _channel?.Dispose();
        _socket = _channel = null;
        foreach (BackEndRing ring in _rings)
        {
            Forget(ring);
        }

        Forget();
    }

    private void Forget()
    {
        _regions.ForEach(region => region.Memory.Dispose());
        _regions.Clear();
    }

    private static void Forget(BackEndRing ring)
    {
        LinuxCalls.CloseIfAny(ring.Kick);
        LinuxCalls.CloseIfAny(ring.Call);
        ring.Kick = ring.Call = ring.Deferred = -1;
    }

    private static ulong Word(ReadOnlySpan<byte> payload, int offset) => payload.Length >= offset + 8 ? BinaryPrimitives.ReadUInt64LittleEndian(payload[offset..]) : 0;
}
