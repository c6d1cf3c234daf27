namespace Emulator.Virtio.Transports;

/// <summary>Which interface the virtio-mmio transports of a board have.</summary>
public enum VirtioMmioVersion
{
    /// <summary>Version 2: that of the standard. Linux, U-Boot and EDK2 take both; Zephyr takes only this.</summary>
    Modern,

    /// <summary>Version 1: that of before the standard, which QEMU's <c>virt</c> has unless it is told otherwise.</summary>
    Legacy,
}
