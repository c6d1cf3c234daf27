namespace Emulator.Virtio.Devices.Input;

/// <summary>What a driver can ask for in the configuration space (virtio 1.3, section 5.8.4, <c>virtio_input_config_select</c>).</summary>
internal enum InputConfiguration : byte
{
    None = 0x00,

    /// <summary>The device's name.</summary>
    Name = 0x01,

    /// <summary>Its serial number.</summary>
    Serial = 0x02,

    /// <summary>Bus, vendor, product and version.</summary>
    DeviceIds = 0x03,

    /// <summary>Properties, as a bitmap.</summary>
    Properties = 0x10,

    /// <summary>What there is of a type of events, as a bitmap.</summary>
    Events = 0x11,

    /// <summary>The range of an axis.</summary>
    Axis = 0x12,
}
