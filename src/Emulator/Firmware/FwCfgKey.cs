namespace Emulator.Firmware;

/// <summary>The items of fw_cfg that have a fixed selector (QEMU, docs/specs/fw_cfg).</summary>
public enum FwCfgKey : ushort
{
    /// <summary>The text <c>QEMU</c>; always there.</summary>
    Signature = 0x00,

    /// <summary>32 bits: which interfaces there are; always there.</summary>
    Id = 0x01,

    /// <summary>16 bytes: the machine's UUID.</summary>
    Uuid = 0x02,

    /// <summary>64 bits: size of RAM.</summary>
    RamSize = 0x03,

    /// <summary>16 bits: 1 when the machine has no display.</summary>
    NoGraphic = 0x04,

    /// <summary>16 bits: number of CPUs.</summary>
    CpuCount = 0x05,

    /// <summary>The machine's kind.</summary>
    MachineId = 0x06,

    /// <summary>Where the kernel should be put.</summary>
    KernelAddress = 0x07,

    /// <summary>32 bits: length of <see cref="KernelData"/>.</summary>
    KernelSize = 0x08,

    /// <summary>The kernel's command line, older form.</summary>
    KernelCommandLine = 0x09,

    /// <summary>Where the initial RAM disk should be put.</summary>
    InitrdAddress = 0x0a,

    /// <summary>32 bits: length of <see cref="InitrdData"/>.</summary>
    InitrdSize = 0x0b,

    /// <summary>16 bits: the device to boot from.</summary>
    BootDevice = 0x0c,

    /// <summary>NUMA nodes.</summary>
    Numa = 0x0d,

    /// <summary>16 bits: 1 when the firmware should show its boot menu.</summary>
    BootMenu = 0x0e,

    /// <summary>16 bits: greatest number of CPUs.</summary>
    MaximumCpuCount = 0x0f,

    /// <summary>The kernel's entry point.</summary>
    KernelEntry = 0x10,

    /// <summary>The kernel.</summary>
    KernelData = 0x11,

    /// <summary>The initial RAM disk.</summary>
    InitrdData = 0x12,

    /// <summary>Where the command line should be put.</summary>
    CommandLineAddress = 0x13,

    /// <summary>32 bits: length of <see cref="CommandLineData"/>.</summary>
    CommandLineSize = 0x14,

    /// <summary>The kernel's command line with its terminating zero.</summary>
    CommandLineData = 0x15,

    /// <summary>Where the kernel's set-up block should be put.</summary>
    SetupAddress = 0x16,

    /// <summary>32 bits: length of <see cref="SetupData"/>.</summary>
    SetupSize = 0x17,

    /// <summary>The kernel's set-up block.</summary>
    SetupData = 0x18,

    /// <summary>The directory of files; always there.</summary>
    FileDirectory = 0x19,

    /// <summary>The first file; the others follow.</summary>
    FirstFile = 0x20,
}
