using Emulator.Memory;
using Emulator.VirtioProxy.Carriers.Rings;

namespace Emulator.Fuzz.Proxy;

/// <summary>A side of rings in shared memory that writes there what it likes: heads, elements, the words by which the other sleeps, and what lies in static memory.</summary>
internal sealed unsafe class HostileRing : IDisposable
{
    /// <summary>Kinds of steps.</summary>
    public const int Say = 0;
    public const int Spoil = 1;
    public const int SpoilHead = 2;
    public const int WriteStatic = 3;
    public const int Listen = 4;
    public const int SpoilSleep = 5;

    private const int Kinds = 6;
    private const int Fields = 4;

    private readonly SharedWindow _window;
    private readonly HostPages _static;
    private readonly Futex _bell = new();
    private readonly RingHead _own;
    private readonly RingHead _other;
    private readonly WaitWords _otherWait;
    private readonly ushort* _head;
    private readonly byte* _elements;
    private readonly byte[] _message = new byte[4096];
    private ushort _tail;

    /// <summary>Takes a window that the other side has not seen yet.</summary>
    /// <param name="window">The window; it is disposed with this.</param>
    /// <param name="staticLength">As much of the static memory as is written.</param>
    public HostileRing(SharedWindow window, int staticLength)
    {
        WindowLayout layout = WindowLayout.Own;
        bool isDevice = window.IsDevice;
        _window = window;
        _static = window.Map(0, (ulong)staticLength, isReadOnly: false);
        _head = (ushort*)(window.Pointer + (isDevice ? layout.DeviceHead : layout.DriverHead));
        _own = new RingHead((byte*)_head);
        _other = new RingHead(window.Pointer + (isDevice ? layout.DriverHead : layout.DeviceHead));
        _otherWait = new WaitWords((uint*)(window.Pointer + WindowLayout.WaitWord(!isDevice)));
        _elements = window.Pointer + (isDevice ? layout.DeviceElements : layout.DriverElements);
    }

    /// <summary>Meets the other side, as the protocol says.</summary>
    public void Meet()
    {
        (RingStatus first, RingStatus second) = _window.IsDevice ? (RingStatus.Ready, RingStatus.Running) : (RingStatus.Initial, RingStatus.Ready);
        _own.Status = RingStatus.Initial;
        Await(first);
        _own.Tail = 0;
        _own.Head = 0;
        _own.Status = RingStatus.Ready;
        _bell.Wake(_otherWait.Sleep);
        Await(second);
        _own.Status = RingStatus.Running;
        _bell.Wake(_otherWait.Sleep);
        if (!_window.IsDevice)
        {
            Await(RingStatus.Running);
        }
    }

    /// <summary>Performs a step of an input.</summary>
    public void Step(ref InputReader reader)
    {
        switch (reader.Byte() % Kinds)
        {
            case Say:
                ReadOnlySpan<byte> message = ProxyInput.TakeMessage(ref reader, _message);
                message[..Math.Min(message.Length, WindowLayout.Element)].CopyTo(new Span<byte>(_elements + (_tail * WindowLayout.Element), WindowLayout.Element));
                _tail = (ushort)((_tail + 1) % WindowLayout.Own.Elements);
                _own.Tail = _tail;
                _otherWait.Ring(_bell);
                break;
            case Spoil:
                int at = reader.UInt16();
                ReadOnlySpan<byte> bytes = reader.Bytes(Math.Min(8, WindowLayout.StaticOffset - at));
                bytes.CopyTo(new Span<byte>(_window.Pointer + at, bytes.Length));
                break;
            case SpoilHead:
                int field = reader.Byte() % Fields;
                Volatile.Write(ref _head[field], reader.UInt16());
                _otherWait.Ring(_bell);
                break;
            case WriteStatic:
                int offset = reader.UInt16() % (int)_static.Length;
                ReadOnlySpan<byte> contents = reader.Bytes(Math.Min(reader.UInt16(), (int)_static.Length - offset));
                contents.CopyTo(new Span<byte>(_static.Pointer + offset, contents.Length));
                break;
            case Listen:
                _own.Head = _other.Tail;
                Thread.Yield();
                break;
            default:
                Volatile.Write(ref *_otherWait.Sleep, reader.Byte());
                break;
        }
    }

    /// <summary>Leaves, as one that ends or one that is killed.</summary>
    public void Dispose()
    {
        _own.Status = RingStatus.ShutDown;
        _otherWait.Ring(_bell);
        _static.Dispose();
        _window.Dispose();
    }

    private void Await(RingStatus status)
    {
        if (!SpinWait.SpinUntil(() => _other.Status == status, TimeSpan.FromSeconds(10)))
        {
            throw new InvalidOperationException($"the other side does not come to {status}");
        }
    }
}
