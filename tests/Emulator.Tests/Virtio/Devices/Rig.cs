using Emulator.Testing.Virtio;
using Emulator.Tests.Devices;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Transports;

namespace Emulator.Tests.Virtio.Devices;

/// <summary>A virtio device behind its transport, with all that it stands in, and a driver at its registers.</summary>
internal sealed record Rig(DeviceWorld World, GuestMemory Memory, RecordedLine Line, VirtioModel Model, VirtioMmioTransport Transport, VirtioMmioDriver Driver)
{
    /// <summary>The ring of the queue that requests go by, once it is started.</summary>
    public VirtqueueDriver Ring { get; set; } = null!;
}
