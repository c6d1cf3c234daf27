using Emulator.Virtio;
using Emulator.VirtioProxy.Messages;
using Emulator.VirtioProxy.Records;

namespace Emulator.VirtioProxy;

// Devices that nobody serves any more.
public static partial class ProxyMachineBuilderExtensions
{
    /// <summary>Adds all devices of a record: the guest sees what it saw when they were served, without the processes that served them.</summary>
    /// <param name="builder">The machine; described as it was when the record was made.</param>
    /// <param name="file">The record, see <see cref="ProxyOptions.RecordFile"/> and <see cref="VhostUser.VhostUserOptions.RecordFile"/>.</param>
    /// <param name="transport">How the guest reaches the devices.</param>
    /// <returns>The same builder. The machine's run throws <see cref="ReplayException"/> when the guest does something else than it did then.</returns>
    /// <exception cref="EmulatorException">The file cannot be read, or is no record.</exception>
    public static MachineBuilder WithVirtioProxyReplay(this MachineBuilder builder, string file, VirtioTransport transport = VirtioTransport.Mmio)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(file);
        var devices = new List<(ushort Number, VirtioDeviceType Type)>();
        using (var record = new RecordReader(file))
        {
            while (record.Next is { Kind: RecordKind.Description })
            {
                RecordEntry entry = record.Take();
                if (entry.Id == TransportMessage.GetDeviceInfo)
                {
                    devices.Add((entry.Device, (VirtioDeviceType)entry.Read<Payloads.DeviceInfo>(out _).DeviceId));
                }
            }
        }

        if (devices.Count == 0)
        {
            throw new EmulatorException($"the record '{file}' has no device; it was cut off");
        }

        foreach ((ushort number, VirtioDeviceType type) in devices)
        {
            _ = builder.WithVirtioDevice(NameOf(type), transport, (settings, _, _) =>
            {
                var record = new RecordReader(file, number);
                try
                {
                    return new ReplayedBackend(record, settings);
                }
                catch
                {
                    record.Dispose();
                    throw;
                }
            });
        }

        return builder;
    }

    // A name is part of nothing that a guest sees.
    private static string NameOf(VirtioDeviceType type) => type is VirtioDeviceType.Block or VirtioDeviceType.Entropy ? KindOf(type) : $"virtio-{(int)type}";
}
