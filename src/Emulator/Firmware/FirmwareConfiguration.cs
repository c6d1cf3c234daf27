using System.Text;
using Emulator.Boards;

namespace Emulator.Firmware;

/// <summary>Fills the firmware configuration device as QEMU's <c>virt</c> does.</summary>
internal static class FirmwareConfiguration
{
    private const int UuidLength = 16;

    /// <summary>Gathers the items.</summary>
    /// <param name="board">The board.</param>
    /// <param name="kernel">The kernel, uncompressed, that firmware is to load; null when there is none or the machine loads it itself.</param>
    /// <param name="initrd">The kernel's initial RAM disk, or null.</param>
    /// <param name="commandLine">The kernel's command line; empty for none.</param>
    public static FwCfgItems Create(BoardDescription board, ImageFile? kernel, ImageFile? initrd, string commandLine)
    {
        // No wait before another attempt when nothing could be booted: -1 milliseconds.
        byte[] forEver = [0xff, 0xff, 0xff, 0xff];
        FwCfgItems items = new FwCfgItems()
            .Set(FwCfgKey.Uuid, new byte[UuidLength])
            .Set(FwCfgKey.NoGraphic, (ushort)0)
            .Set(FwCfgKey.CpuCount, (ushort)board.Options.Cpus)
            .Set(FwCfgKey.BootMenu, (ushort)0)
            .SetFile("bios-geometry", ReadOnlyMemory<byte>.Empty)
            .SetFile("bootorder", ReadOnlyMemory<byte>.Empty)
            .SetFile("etc/boot-fail-wait", forEver);
        if (kernel is null)
        {
            return items;
        }

        items.Set(FwCfgKey.KernelSize, (uint)kernel.Data.Length).Set(FwCfgKey.KernelData, kernel.Data);
        if (initrd is not null)
        {
            items.Set(FwCfgKey.InitrdSize, (uint)initrd.Data.Length).Set(FwCfgKey.InitrdData, initrd.Data);
        }

        byte[] text = Encoding.UTF8.GetBytes(commandLine + '\0');
        return items.Set(FwCfgKey.CommandLineSize, (uint)text.Length).Set(FwCfgKey.CommandLineData, text);
    }
}
