using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>The meeting of the two sides of a window: the back end waits here for one front end after the other (docs/virtio-proxy.md, section 7).</summary>
internal sealed unsafe class WindowListener : IDisposable
{
    private const int Look = 100;

    // The other side has seen this one by then, or is no peer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly SharedWindow _window;
    private readonly string _path;
    private readonly Action<ICarrier> _serve;
    private readonly IBell _bell;
    private readonly AutoResetEvent _ended = new(false);
    private readonly Lock _lock = new();
    private bool _isStopped;

    private WindowListener(SharedWindow window, string path, Action<ICarrier> serve, IBell bell)
    {
        _bell = bell;
        _window = window;
        _path = path;
        _serve = serve;
    }

    /// <summary>The memory that both sides have.</summary>
    public IStaticMemory Memory => _window;

    private bool IsStopped => Volatile.Read(ref _isStopped);

    /// <summary>Makes a window and waits for front ends.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Length of the static memory in bytes.</param>
    /// <param name="serve">Serves one; the next is waited for when its carrier has ended.</param>
    /// <param name="bell">How the sides sleep and wake each other.</param>
    /// <exception cref="EmulatorException">There is another back end, or no such place.</exception>
    public static WindowListener Listen(string path, ulong length, Action<ICarrier> serve, IBell? bell = null)
    {
        var listener = new WindowListener(SharedWindow.Create(path, length), path, serve, bell ?? new Futex());
        new Thread(listener.Accept) { IsBackground = true, Name = $"virtio-proxy shm:{path}" }.Start();
        return listener;
    }

    /// <summary>Meets the back end, as a front end does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The host's clock.</param>
    /// <param name="bell">How the sides sleep and wake each other.</param>
    /// <exception cref="EmulatorException">Nobody is there, or the back end has another front end.</exception>
    public static ICarrier Connect(string path, TimeProvider time, IBell? bell = null)
    {
        SharedWindow window = SharedWindow.Open(path, time);
        var own = new RingHead(window.Pointer + window.Layout.DriverHead);
        var other = new RingHead(window.Pointer + window.Layout.DeviceHead);
        long start = time.GetTimestamp();
        try
        {
            // The back end may not have seen yet that the front end before has gone.
            own.Status = RingStatus.Initial;
            Await(RingStatus.Initial);
            own.Tail = 0;
            own.Head = 0;
            own.Status = RingStatus.Ready;
            LinuxCalls.WakeAll(SleepOf(window, isDevice: true));
            Await(RingStatus.Ready);
            own.Status = RingStatus.Running;
            LinuxCalls.WakeAll(SleepOf(window, isDevice: true));
            Await(RingStatus.Running);
            return new RingCarrier(window, $"shm:{path}", window.Dispose, bell ?? new Futex());
        }
        catch
        {
            window.Dispose();
            throw;
        }

        void Await(RingStatus status)
        {
            while (other.Status != status)
            {
                if (!window.HasPeer || time.GetElapsedTime(start) > s_patience)
                {
                    throw new EmulatorException($"shm:{path}: the back end has gone, or does not answer; look at its own messages");
                }

                Thread.Sleep(1);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return;
            }

            Volatile.Write(ref _isStopped, true);
            LinuxCalls.WakeAll(SleepOf(_window, isDevice: true));
            File.Delete(_path);
        }
    }

    private static uint* SleepOf(SharedWindow window, bool isDevice) => (uint*)(window.Pointer + WindowLayout.WaitWord(isDevice));

    // Whatever the front end has made of the word.
    private void Sleep(int milliseconds)
    {
        uint* word = SleepOf(_window, isDevice: true);
        LinuxCalls.WaitWhile(word, Volatile.Read(ref *word), milliseconds);
    }

    private void Accept()
    {
        var own = new RingHead(_window.Pointer + _window.Layout.DeviceHead);
        var other = new RingHead(_window.Pointer + _window.Layout.DriverHead);
        while (!IsStopped)
        {
            Begin();
            while (!IsStopped && !(other.Status == RingStatus.Ready && _window.HasPeer))
            {
                // One whose session has ended may write on for a while.
                Sleep(Look);
                Begin();
            }

            own.Status = RingStatus.Ready;
            while (!IsStopped && other.Status == RingStatus.Ready && _window.HasPeer)
            {
                Sleep(1);
            }

            if (!IsStopped && other.Status == RingStatus.Running && _window.HasPeer)
            {
                own.Status = RingStatus.Running;
                _serve(new RingCarrier(_window, "the front end", () => _ended.Set(), _bell));
                _ = _ended.WaitOne();
            }
        }

        lock (_lock)
        {
            own.Status = RingStatus.ShutDown;
            _window.Dispose();
            _ended.Dispose();
        }

        // All that the next front end looks at, whatever the one before has made of it.
        void Begin()
        {
            _window.Describe();
            own.Tail = 0;
            own.Head = 0;
            own.Status = RingStatus.Initial;
        }
    }
}
