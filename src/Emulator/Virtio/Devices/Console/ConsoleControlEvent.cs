namespace Emulator.Virtio.Devices.Console;

/// <summary>Events of the console's control queues (virtio 1.3, section 5.3.6.2).</summary>
internal enum ConsoleControlEvent : ushort
{
    /// <summary>VIRTIO_CONSOLE_DEVICE_READY: the driver is ready to hear of ports.</summary>
    DeviceReady = 0,

    /// <summary>VIRTIO_CONSOLE_DEVICE_ADD: there is a port.</summary>
    DeviceAdd = 1,

    /// <summary>VIRTIO_CONSOLE_PORT_READY: the driver is ready to use a port.</summary>
    PortReady = 3,

    /// <summary>VIRTIO_CONSOLE_CONSOLE_PORT: a port is for a terminal.</summary>
    ConsolePort = 4,

    /// <summary>VIRTIO_CONSOLE_PORT_OPEN: a port is open at the sender's end, or closed.</summary>
    PortOpen = 6,

    /// <summary>VIRTIO_CONSOLE_PORT_NAME: a port has a name.</summary>
    PortName = 7,
}
