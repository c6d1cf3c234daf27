namespace Emulator.Boards;

/// <summary>How virtio-mmio transports signal interrupts by message.</summary>
public enum VirtioMsi
{
    /// <summary>They do not: one line each, as the standard says.</summary>
    None,

    /// <summary>Version 2 of the extension proposed for the standard.</summary>
    Version2,

    /// <summary>The form of the extension that Dragonball has.</summary>
    Dragonball,
}
