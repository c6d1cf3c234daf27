using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Virtio.Devices;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Host;
using Emulator.VirtioProxy.VhostUser.Server;

namespace Emulator.Fuzz.Vhost;

/// <summary>
/// A front end of vhost-user that says to a server what the input says, and writes to the memory that it shares. The server may end the connection. It must not throw or wait, answer with what is no message or to what was not asked,
/// write to parts of the file that were not shared, or keep a descriptor; and the next front end finds the device as if it were the first.
/// </summary>
internal sealed class VhostServerTarget : IFuzzTarget, IDisposable
{
    private const int FileLength = 0x2_0000;
    private const int Pages = FileLength / GuestRam.PageSize;
    private const int Queues = 4;

    private static readonly FuzzDevice[] s_kinds = [.. FuzzDevices.All.Where(kind => kind.Name is "block" or "read-only block" or "network" or "console" or "entropy" or "socket" or "keyboard" or "clock")];

    private readonly SteppedTime _time = new();
    private readonly EventDescriptor _wake = new();
    private readonly EventDescriptor[] _events = [.. Enumerable.Range(0, Queues).Select(_ => new EventDescriptor())];
    private readonly GoodFrontEnd _next = new();
    private readonly FileStream _code = File.OpenRead(typeof(VhostServerTarget).Assembly.Location);
    private readonly HashSet<uint> _asked = [];
    private readonly bool[] _isShared = new bool[Pages];
    private GuestRam _file = null!;
    private DescriptorTrap _trap = null!;
    private ServedModel _device = null!;
    private FuzzDevice _kind = s_kinds[0];
    private DescriptorSocket _front = null!;
    private FrontEndSession _session = null!;
    private VhostUserServerOptions _options = new();
    private bool _isRaw;

    /// <inheritdoc/>
    public void Run(ReadOnlySpan<byte> input)
    {
        var reader = new InputReader(input);
        _kind = s_kinds[reader.Byte() % s_kinds.Length];
        _options = new VhostUserServerOptions { AcceptsUnsealedMemory = reader.Byte() % 4 == 0, Patience = TimeSpan.FromTicks(1) };
        using var file = new GuestRam("file", FileLength, RamMode.Shared);
        using var trap = new DescriptorTrap();
        using var device = new ServedModel(_kind.Name, _time, settings => _kind.Create(settings));
        (_file, _trap, _device, _isRaw) = (file, trap, device, false);
        Array.Clear(_isShared);
        Connect();
        try
        {
            while (!reader.IsAtEnd)
            {
                Perform((ServerOperation)(reader.Byte() % 7), ref reader);
                Serve();
            }
        }
        finally
        {
            Disconnect();
        }

        trap.CheckClosed();
        CheckFile();
        Connect();
        try
        {
            _next.Check(_front, device, Serve, hasDisk: _kind.Name is "block");
        }
        finally
        {
            Disconnect();
        }
    }

    public void Dispose()
    {
        _next.Dispose();
        _wake.Dispose();
        _code.Dispose();
        foreach (EventDescriptor descriptor in _events)
        {
            descriptor.Dispose();
        }
    }

    private void Perform(ServerOperation operation, ref InputReader reader)
    {
        switch (operation)
        {
            case ServerOperation.Message:
                (byte request, byte flags, byte descriptors) = (reader.Byte(), reader.Byte(), reader.Byte());
                ReadOnlySpan<byte> payload = reader.Bytes(reader.UInt16() & 0x1fff);
                Say(request, flags, (flags & 0x80) != 0 ? reader.UInt32() : (uint)payload.Length, payload, descriptors);
                break;
            case ServerOperation.WriteMemory:
                uint offset = reader.UInt32() % FileLength;
                ReadOnlySpan<byte> bytes = reader.Bytes(Math.Min(reader.Byte(), FileLength - (int)offset));
                if (_isShared[offset / GuestRam.PageSize] && _isShared[(offset + (uint)Math.Max(bytes.Length - 1, 0)) / GuestRam.PageSize])
                {
                    _file.Write(offset, bytes);
                }

                break;
            case ServerOperation.Kick:
                _events[reader.Byte() % Queues].Signal();
                break;
            case ServerOperation.Raw:
                _isRaw = true;
                byte sent = reader.Byte();
                Send(reader.Bytes(reader.Byte()), sent);
                break;
            case ServerOperation.Reconnect:
                Disconnect();
                Connect();
                break;
            case ServerOperation.Poke:
                _kind.Poke?.Invoke((VirtioModel)_device.Model, reader.Byte());
                break;
        }
    }

    private void Say(byte request, byte flags, uint size, ReadOnlySpan<byte> payload, byte descriptors)
    {
        Span<byte> message = stackalloc byte[VhostUserHeader.Length + payload.Length];
        new VhostUserHeader(request, (VhostUserFlags)(flags & 0x7f), size).Write(message);
        payload.CopyTo(message[VhostUserHeader.Length..]);
        _ = _asked.Add(request);
        _isRaw |= size != payload.Length;
        var said = (VhostUserRequest)request;
        if (said is VhostUserRequest.SetMemoryTable or VhostUserRequest.AddMemoryRegion)
        {
            for (int at = 8; at + 32 <= payload.Length; at += 32)
            {
                Share(BinaryPrimitives.ReadUInt64LittleEndian(payload[(at + 8)..]), BinaryPrimitives.ReadUInt64LittleEndian(payload[(at + 24)..]));
            }
        }

        if (said == VhostUserRequest.SetInflightMemory && VhostUserPayload.TryReadInflight(payload, out VhostUserInflight inflight))
        {
            Share(inflight.Length, inflight.Offset);
        }

        Send(message, descriptors);
    }

    private void Share(ulong length, ulong offset)
    {
        if (offset < FileLength && length <= FileLength - offset)
        {
            for (ulong page = offset / GuestRam.PageSize; page * GuestRam.PageSize < offset + length; page++)
            {
                _isShared[page] = true;
            }
        }
    }

    private void Send(ReadOnlySpan<byte> bytes, byte descriptors)
    {
        Span<int> sent = stackalloc int[Math.Min(descriptors & 0x1f, DescriptorMessages.Most)];
        sent.Fill((descriptors >> 5) switch
        {
            0 or 1 => _file.FileDescriptor,
            2 or 3 => _events[descriptors % Queues].Descriptor,
            4 => (int)_code.SafeFileHandle.DangerousGetHandle(),
            _ => _trap.Descriptor,
        });
        if (!bytes.IsEmpty)
        {
            _ = DescriptorMessages.Send(_front.Descriptor, bytes, sent, LinuxCalls.MessageDontWait);
        }
    }

    // Once for what was said, and again for what follows of it; it is woken, so that it never waits.
    private void Serve()
    {
        try
        {
            for (int i = 0; i < 3; i++)
            {
                _wake.Signal();
                _ = _session.Serve();
                _ = _wake.TryTake();
            }
        }
        catch (PeerLostException)
        {
            TakeAnswers();
            Disconnect();
            Connect();
            return;
        }

        TakeAnswers();
    }

    private void TakeAnswers()
    {
        Span<byte> bytes = stackalloc byte[VhostUserHeader.Length + VhostUserHeader.LargestPayload];
        List<int> descriptors = [];
        while (DescriptorMessages.Receive(_front.Descriptor, bytes[..VhostUserHeader.Length], descriptors, LinuxCalls.MessageDontWait) is > 0 and var count)
        {
            if (count != VhostUserHeader.Length || !VhostUserHeader.TryRead(bytes, out VhostUserHeader header) || header.Flags != (VhostUserFlags.Version | VhostUserFlags.Reply)
                || (header.Size > 0 && DescriptorMessages.Receive(_front.Descriptor, bytes[..(int)header.Size], descriptors, LinuxCalls.MessageDontWait) != header.Size))
            {
                throw new InvalidOperationException("what was answered is no message");
            }

            if (!_isRaw && !_asked.Contains(header.Request))
            {
                throw new InvalidOperationException("the server answers what nobody has asked");
            }
        }

        descriptors.ForEach(LinuxCalls.CloseIfAny);
    }

    private void CheckFile()
    {
        for (int page = 0; page < Pages && !_isRaw; page++)
        {
            if (!_isShared[page] && !_file.IsZero((ulong)(page * GuestRam.PageSize)))
            {
                throw new InvalidOperationException("memory was written that was not shared");
            }
        }
    }

    private void Connect()
    {
        (_front, DescriptorSocket back) = DescriptorSocket.CreatePair();
        _session = new FrontEndSession(_device, back, _options, _time, _wake);
        _asked.Clear();
        foreach (EventDescriptor descriptor in _events)
        {
            _ = descriptor.TryTake();
        }
    }

    private void Disconnect()
    {
        _front.Dispose();
        _session.Dispose();
    }
}
