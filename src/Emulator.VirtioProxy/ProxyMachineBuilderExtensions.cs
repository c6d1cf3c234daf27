using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.VirtioProxy.Carriers;
using Emulator.VirtioProxy.Carriers.Rings;
using Emulator.VirtioProxy.Faults;
using Emulator.VirtioProxy.FrontEnd;
using Emulator.VirtioProxy.Records;
using Emulator.VirtioProxy.Server;

namespace Emulator.VirtioProxy;

/// <summary>Devices of a machine that a back end serves by virtio-proxy.</summary>
public static partial class ProxyMachineBuilderExtensions
{
    /// <summary>Adds all devices that a back end in another process serves.</summary>
    /// <param name="builder">The machine.</param>
    /// <param name="address">Where the back end listens. It is asked at once which devices it has, and connected to when the machine is built.</param>
    /// <param name="options">How long to wait for it.</param>
    /// <param name="transport">How the guest reaches the devices.</param>
    /// <exception cref="EmulatorException">Nobody listens there, or it is no virtio-proxy back end, or it has a device of a kind that is not served this way.</exception>
    public static MachineBuilder WithVirtioProxy(this MachineBuilder builder, ProxyAddress address, ProxyOptions? options = null, VirtioTransport transport = VirtioTransport.Mmio)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(address);
        ProxyOptions chosen = options ?? new ProxyOptions();
        return Add(builder, () => address.SharedMemoryPath is { } path ? WindowListener.Connect(path, chosen.Time) : Connections.Connect(address, chosen), chosen, transport);
    }

    /// <summary>Adds all devices of a server in this process. They work on the machine's memory as its own devices do, unless <see cref="ProxyOptions.UsesMessages"/> is set, or they are recorded, or faults are injected.</summary>
    /// <param name="builder">The machine.</param>
    /// <param name="server">The server; one machine at a time drives its devices. Building another one is an error.</param>
    /// <param name="options">How long to wait for it.</param>
    /// <param name="transport">How the guest reaches the devices.</param>
    /// <exception cref="EmulatorException">The server is in use, or has a device of a kind that is not served this way.</exception>
    public static MachineBuilder WithVirtioProxyServer(this MachineBuilder builder, VirtioProxyServer server, ProxyOptions? options = null, VirtioTransport transport = VirtioTransport.Mmio)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(server);
        if (options is not ({ UsesMessages: true } or { RecordFile: not null } or { Faults: not null } or { Memory: not ProxyMemory.Chains }) && server.FindLendable() is { } devices)
        {
            return AddLocal(builder, server, devices, options ?? new ProxyOptions(), transport);
        }

        return Add(
            builder,
            () =>
            {
                (ICarrier one, ICarrier other) = InProcessCarrier.CreatePair();
                server.Serve(other);
                return one;
            },
            options,
            transport);
    }

    private static MachineBuilder Add(MachineBuilder builder, Func<ICarrier> connect, ProxyOptions? options, VirtioTransport transport)
    {
        ProxyOptions chosen = options ?? new ProxyOptions();
        if (chosen.Memory == ProxyMemory.Direct)
        {
            if (chosen.RecordFile is not null)
            {
                throw new EmulatorException("nobody sees what a back end writes to the guest's RAM itself; record with memory=copied or memory=chains");
            }

            _ = builder.WithSharedMemory();
        }

        ulong instance = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

        // The devices of one machine share a connection; machines that are built from one description have one each.
        var connections = new ConditionalWeakTable<RemoteGate, ProxyFrontEnd>();
        var records = new ConditionalWeakTable<RemoteGate, RecordWriter>();
        foreach ((ushort number, VirtioDeviceType type) in Discover(connect, chosen, instance))
        {
            _ = builder.WithVirtioDevice(KindOf(type), transport, (settings, _, _) =>
            {
                RemoteGate gate = settings.Remotes!;
                ProxyFrontEnd frontEnd = connections.GetValue(gate, key => new ProxyFrontEnd(WithFaults(connect, chosen), chosen, key, instance));
                return chosen.RecordFile is { } file ? new RecordingBackend(records.GetValue(gate, _ => new RecordWriter(file)), number, settings, Create) : Create(settings);

                IVirtioBackend Create(VirtioModelSettings watched) => frontEnd.Attach(number, watched, gate);
            });
        }

        return builder;
    }

    private static Func<ICarrier> WithFaults(Func<ICarrier> connect, ProxyOptions options)
    {
        if (options.Faults is not { } plan)
        {
            return connect;
        }

        var injector = new FaultInjector(plan);
        return () => new FaultyCarrier(connect(), injector, options.Time);
    }

    private static MachineBuilder AddLocal(
        MachineBuilder builder, VirtioProxyServer server, IReadOnlyList<(ushort Number, VirtioDeviceType Type)> devices, ProxyOptions options, VirtioTransport transport)
    {
        var sessions = new ConditionalWeakTable<RemoteGate, LocalSession>();
        foreach ((ushort number, VirtioDeviceType type) in devices)
        {
            _ = builder.WithVirtioDevice(
                KindOf(type), transport, (settings, _, _) => sessions.GetValue(settings.Remotes!, gate => LocalSession.Begin(server, gate, options.Time)).Lend(number, settings));
        }

        return builder;
    }

    private static IReadOnlyList<(ushort Number, VirtioDeviceType Type)> Discover(Func<ICarrier> connect, ProxyOptions options, ulong instance)
    {
        using var frontEnd = new ProxyFrontEnd(connect, options, new RemoteGate(new Memory.SystemBus(), options.Time), instance);
        return [.. frontEnd.FindDevices().Select(number => (number, (VirtioDeviceType)frontEnd.Describe(number).Info.DeviceId))];
    }

    private static string KindOf(VirtioDeviceType type) => type switch
    {
        VirtioDeviceType.Block => "virtio-blk",
        VirtioDeviceType.Entropy => "virtio-rng",
        _ => throw new EmulatorException($"the back end has a device of type {(int)type}; block (2) and entropy (4) devices are what virtio-proxy serves so far: use vhost-user for others"),
    };
}
