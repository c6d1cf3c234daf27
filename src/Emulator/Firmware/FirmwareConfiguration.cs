using System.Buffers.Binary;
using System.Text;
using Emulator.Boards;

namespace Emulator.Firmware;

/// <summary>
/// What the firmware configuration device offers on a board: numbered items and named files, with the keys of QEMU
/// (docs/specs/fw_cfg). The device itself adds its signature, its features and the directory of the files.
/// </summary>
internal sealed class FirmwareConfiguration
{
    /// <summary><c>FW_CFG_UUID</c>: 16 bytes.</summary>
    public const int UuidKey = 0x02;

    /// <summary><c>FW_CFG_NOGRAPHIC</c>: 16 bits, 1 when there is no display.</summary>
    public const int NoGraphicKey = 0x04;

    /// <summary><c>FW_CFG_NB_CPUS</c>: 16 bits, the number of CPUs.</summary>
    public const int CpuCountKey = 0x05;

    /// <summary><c>FW_CFG_KERNEL_SIZE</c>: 32 bits.</summary>
    public const int KernelSizeKey = 0x08;

    /// <summary><c>FW_CFG_INITRD_SIZE</c>: 32 bits.</summary>
    public const int InitrdSizeKey = 0x0b;

    /// <summary><c>FW_CFG_BOOT_MENU</c>: 16 bits, 1 to show a menu.</summary>
    public const int BootMenuKey = 0x0e;

    /// <summary><c>FW_CFG_KERNEL_DATA</c>.</summary>
    public const int KernelDataKey = 0x11;

    /// <summary><c>FW_CFG_INITRD_DATA</c>.</summary>
    public const int InitrdDataKey = 0x12;

    /// <summary><c>FW_CFG_CMDLINE_SIZE</c>: 32 bits, the final zero included.</summary>
    public const int CommandLineSizeKey = 0x14;

    /// <summary><c>FW_CFG_CMDLINE_DATA</c>: text with a final zero.</summary>
    public const int CommandLineDataKey = 0x15;

    private readonly SortedDictionary<int, ReadOnlyMemory<byte>> _items = [];
    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> _files = new(StringComparer.Ordinal);

    /// <summary>The numbered items by key.</summary>
    public IReadOnlyDictionary<int, ReadOnlyMemory<byte>> Items => _items;

    /// <summary>The named files in the order of the directory, which is that of their names' bytes.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files => _files;

    /// <summary>Gathers what QEMU's <c>virt</c> offers. Of a kernel only what firmware is to load: without firmware pass no kernel.</summary>
    /// <param name="board">The board.</param>
    /// <param name="kernel">The kernel, uncompressed, or null.</param>
    /// <param name="initrd">The kernel's initial RAM disk, or null.</param>
    /// <param name="commandLine">The kernel's command line.</param>
    public static FirmwareConfiguration Create(BoardDescription board, ImageFile? kernel, ImageFile? initrd, string commandLine)
    {
        FirmwareConfiguration configuration = new();
        configuration._items[UuidKey] = new byte[16];
        configuration.Set16(NoGraphicKey, 0);
        configuration.Set16(CpuCountKey, (ushort)board.Options.Cpus);
        configuration.Set16(BootMenuKey, 0);
        configuration._files["bios-geometry"] = ReadOnlyMemory<byte>.Empty;
        configuration._files["bootorder"] = ReadOnlyMemory<byte>.Empty;

        // Milliseconds to wait before another attempt when nothing could be booted: -1, for ever.
        configuration._files["etc/boot-fail-wait"] = new byte[] { 0xff, 0xff, 0xff, 0xff };
        if (kernel is not null)
        {
            configuration.SetBlob(KernelSizeKey, KernelDataKey, kernel.Data);
            if (initrd is not null)
            {
                configuration.SetBlob(InitrdSizeKey, InitrdDataKey, initrd.Data);
            }

            if (commandLine.Length != 0)
            {
                configuration.SetBlob(CommandLineSizeKey, CommandLineDataKey, Encoding.UTF8.GetBytes(commandLine + '\0'));
            }
        }

        return configuration;
    }

    private void Set16(int key, ushort value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        _items[key] = bytes;
    }

    private void SetBlob(int sizeKey, int dataKey, ReadOnlyMemory<byte> data)
    {
        byte[] size = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)data.Length);
        _items[sizeKey] = size;
        _items[dataKey] = data;
    }
}
