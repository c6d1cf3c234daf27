using Emulator.VirtioProxy.Device;

namespace Emulator.VirtioProxy;

public static partial class ProxyMachineBuilderExtensions
{
    /// <summary>
    /// Adds the virtio-proxy device (docs/virtio-proxy.md, section 9): by it the machine's guest is the back end of another machine, which is built with <see cref="WithVirtioProxy"/> and the same address while this one
    /// runs, on another thread or in another process. A machine with it cannot be saved or forked.
    /// </summary>
    /// <param name="builder">The machine.</param>
    /// <param name="address">Where the guest is reached: rings in shared memory, <c>shm:PATH</c>.</param>
    /// <param name="devices">How many devices the guest serves, 1 to 48.</param>
    /// <param name="options">How long to wait.</param>
    /// <exception cref="ArgumentException">The address is another one.</exception>
    public static MachineBuilder WithVirtioProxyDevice(this MachineBuilder builder, ProxyAddress address, int devices = 1, ProxyOptions? options = null)
    {
        const int Most = 48;
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(address);
        ArgumentOutOfRangeException.ThrowIfLessThan(devices, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(devices, Most);
        string path = address.SharedMemoryPath ?? throw new ArgumentException($"{address} shares no memory; use shm:PATH", nameof(address));
        return builder.WithVirtioDevice("virtio-proxy", Virtio.VirtioTransport.Mmio, (settings, _, _) => new VirtioProxyDevice(settings, path, devices, options ?? new ProxyOptions()));
    }
}
