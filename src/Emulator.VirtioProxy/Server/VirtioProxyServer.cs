using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Devices.Block;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Carriers.Rings;
using Emulator.VirtioProxy.FrontEnd;
using Microsoft.Extensions.Logging;

namespace Emulator.VirtioProxy.Server;

/// <summary>
/// Serves virtio devices to a front end in another process, by the protocol of docs/virtio-proxy.md. One front end at a time drives them; when it goes, the devices are reset and wait for the next.
/// </summary>
public sealed partial class VirtioProxyServer : IDisposable
{
    private readonly List<ServedDevice> _devices = [];
    private readonly ProxyOptions _options;
    private readonly ILogger? _logger;
    private readonly CancellationTokenSource _stop = new();
    private IDisposable? _session;
    private Socket? _listener;
    private WindowListener? _window;

    /// <summary>Creates a server without devices.</summary>
    /// <param name="options">How long it waits, and its certificates.</param>
    /// <param name="logger">Told of front ends that come and go.</param>
    public VirtioProxyServer(ProxyOptions? options = null, ILogger? logger = null)
    {
        _options = options ?? new ProxyOptions();
        _logger = logger;
    }

    /// <summary>Where it listens, with the port that TCP has given when 0 was asked for; null before <see cref="Listen"/>.</summary>
    public ProxyAddress? Address { get; private set; }

    /// <summary>A number that no other back end has.</summary>
    internal ulong Instance { get; init; } = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>Held while a device works.</summary>
    internal Lock Work { get; } = new();

    /// <summary>True while a queue of a device is started.</summary>
    internal bool HasStartedQueues => _devices.Exists(device => device.HasStartedQueues);

    /// <summary>Adds a disk in a raw image file, as the next device; the first one has number 0.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to use it; the transport is the front end's choice.</param>
    /// <exception cref="EmulatorException">The file cannot be opened.</exception>
    public VirtioProxyServer AddBlock(string path, VirtioBlockOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        VirtioBlockOptions chosen = options ?? new VirtioBlockOptions();
        return Add("virtio-blk", settings =>
        {
            IBlockStorage file = FileStorage.Open(path, chosen.IsReadOnly || chosen.IsSnapshot, _logger);
            IBlockStorage storage = chosen.IsSnapshot && !chosen.IsReadOnly ? new MemoryStorage(settings.Name, file.Length, file) : file;
            return new VirtioBlock(settings, storage, chosen.Queues, chosen.Id);
        });
    }

    /// <summary>Adds a device of your own, as the next one.</summary>
    /// <param name="device">The device; it stays yours.</param>
    public VirtioProxyServer Add(CustomDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return Add($"device-{device.DeviceId}", settings => new CustomModel(settings, device, _logger));
    }

    /// <summary>Listens, until this is disposed of. In shared memory there is room for the devices that have been added by now.</summary>
    /// <param name="address">Where.</param>
    /// <exception cref="EmulatorException">The address is taken, or may not be listened on.</exception>
    public void Listen(ProxyAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.SharedMemoryPath is { } path)
        {
            _window = WindowListener.Listen(path, AreaBackend.AreaLength * (ulong)_devices.Count, Serve);
            Address = address;
            return;
        }

        _listener = address.Listen(isSecured: _options.Tls is not null);
        Address = address.EndPoint is null ? address : new ProxyAddress(null, (IPEndPoint)_listener.LocalEndPoint!);
        new Thread(Accept) { IsBackground = true, Name = $"virtio-proxy {address}" }.Start();
    }

    /// <summary>Where the front end that is served has put a device; null while none is, or it has not told (a server of the same process is not asked for messages).</summary>
    /// <param name="device">The device's number, in the order in which they were added.</param>
    public ProxySlot? FindSlot(int device)
    {
        lock (Work)
        {
            return device >= 0 && device < _devices.Count ? _devices[device].Slot : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        _stop.Cancel();
        if (_listener is not null)
        {
            Address!.Close(_listener);
        }

        _window?.Dispose();
        Volatile.Read(ref _session)?.Dispose();
        lock (Work)
        {
            _devices.ForEach(device => device.Dispose());
            _devices.Clear();
        }
    }

    /// <summary>Adds a device.</summary>
    internal VirtioProxyServer Add(string kind, Func<VirtioModelSettings, IVirtioBackend> create)
    {
        lock (Work)
        {
            _devices.Add(new ServedDevice((ushort)_devices.Count, kind, create));
        }

        return this;
    }

    /// <summary>Begins a session; another one that goes on is kept, and the newcomer turned away.</summary>
    /// <param name="carrier">How to reach the front end.</param>
    internal void Serve(ICarrier carrier)
    {
        var session = new BackEndSession(this, carrier, Instance, _options);
        lock (Work)
        {
            if (TryClaim(session))
            {
                _devices.ForEach(device => device.Session = session);
            }
            else
            {
                session.TurnAway();
            }
        }

        session.Start();
    }

    /// <summary>Lets a session drive the devices, when no other one does.</summary>
    internal bool TryClaim(IDisposable session)
    {
        lock (Work)
        {
            _session ??= session;
            return _session == session;
        }
    }

    /// <summary>The devices, when each of them can work on a machine's own memory; otherwise null.</summary>
    internal IReadOnlyList<(ushort Number, VirtioDeviceType Type)>? FindLendable()
    {
        lock (Work)
        {
            return _devices.TrueForAll(device => device.CanBeLent) ? [.. _devices.Select(device => (device.Number, device.DeviceType))] : null;
        }
    }

    /// <summary>A device by its number.</summary>
    internal ServedDevice? Find(ushort number) => number < _devices.Count ? _devices[number] : null;

    /// <summary>Sets a bit for each device from a number on.</summary>
    /// <returns>Where to go on, or 0 when there are no more.</returns>
    internal int FillMap(int first, int count, Span<byte> map)
    {
        for (int i = first; i < Math.Min(_devices.Count, first + count); i++)
        {
            map[(i - first) / 8] |= (byte)(1 << (i % 8));
        }

        return first + count < _devices.Count && count > 0 ? first + count : 0;
    }

    /// <summary>Resets every device.</summary>
    internal void ResetAll() => _devices.ForEach(device => device.Reset());

    /// <summary>A session has ended.</summary>
    internal void Forget(IDisposable session, string reason)
    {
        lock (Work)
        {
            if (_session == session)
            {
                _session = null;
                foreach (ServedDevice device in _devices)
                {
                    device.Session = null;
                    device.Slot = null;
                    if (session is LocalSession)
                    {
                        device.TakeBack();
                    }

                    device.Reset();
                }
            }

            session.Dispose();
        }

        if (_logger is not null)
        {
            TellEnd(_logger, reason);
        }
    }

    /// <summary>A front end has told where a device is.</summary>
    internal void TellSlot(ServedDevice device)
    {
        if (_logger is not null && device.Slot is { Address: { } address, Interrupt: { } interrupt })
        {
            TellSlot(_logger, device.Number, address, interrupt);
        }
    }

    private void Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Welcome(_listener!.Accept());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "virtio-proxy: device {Number} is at 0x{Address:x} of the front end's machine, interrupt {Interrupt}")]
    private static partial void TellSlot(ILogger logger, int number, ulong address, int interrupt);

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "virtio-proxy: a front end has gone: {Reason}")]
    private static partial void TellEnd(ILogger logger, string reason);
}
