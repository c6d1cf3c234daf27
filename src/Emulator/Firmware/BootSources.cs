namespace Emulator.Firmware;

/// <summary>What a machine is given to boot; all of it may be missing.</summary>
internal sealed record BootSources
{
    /// <summary>Firmware: raw bytes for flash bank 0, or an ELF file for where its segments say.</summary>
    public ImageFile? Firmware { get; init; }

    /// <summary>A kernel: Linux <c>Image</c>, ELF or raw. With firmware it is offered through fw_cfg instead of loaded.</summary>
    public ImageFile? Kernel { get; init; }

    /// <summary>The kernel's initial RAM disk.</summary>
    public ImageFile? Initrd { get; init; }

    /// <summary>The kernel's command line.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>A device tree to hand over instead of the board's own.</summary>
    public ImageFile? DeviceTree { get; init; }
}
