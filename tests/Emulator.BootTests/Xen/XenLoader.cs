using Emulator.Boards;
using Emulator.BootTests.HostileGuests;
using Emulator.Testing;

namespace Emulator.BootTests.Xen;

/// <summary>
/// Does what a boot loader does for Xen: puts the hypervisor, the first domain's kernel and initial RAM disk, and a device tree that tells of them into memory
/// (Xen's "Device tree multiboot" protocol), here as the segments of one ELF file.
/// </summary>
internal static class XenLoader
{
    private const ulong EntryBase = 0x4010_0000;
    private const ulong XenBase = 0x4040_0000;
    private const ulong DeviceTreeBase = 0x4800_0000;
    private const ulong KernelBase = 0x4900_0000;
    private const ulong DiskBase = 0x4e00_0000;

    /// <summary>Makes the file.</summary>
    /// <param name="boardTree">The board's own device tree.</param>
    /// <param name="xen">The hypervisor, in the form of a Linux Image.</param>
    /// <param name="kernel">The first domain's kernel.</param>
    /// <param name="disk">Its initial RAM disk.</param>
    public static byte[] Create(byte[] boardTree, byte[] xen, byte[] kernel, byte[] disk)
    {
        DeviceTree tree = DeviceTree.Parse(boardTree);
        DeviceTreeNode chosen = tree.Find("/chosen")!
            .SetCells("#address-cells", 2)
            .SetCells("#size-cells", 2)
            .SetStrings("xen,xen-bootargs", "console=dtuart dtuart=/pl011@9000000 dom0_mem=512M")
            .SetStrings("xen,dom0-bootargs", "console=hvc0 rdinit=/bin/sh");
        AddModule(chosen, "multiboot,kernel", KernelBase, kernel);
        AddModule(chosen, "multiboot,ramdisk", DiskBase, disk);
        byte[] entry = new GuestAssembler(EntryBase)
            .Move(0, DeviceTreeBase).Move(1, 0).Move(2, 0).Move(3, 0).Move(4, XenBase)
            .Emit(0xd61f0080) // BR X4
            .ToBytes();
        return GuestElf.Create(
            EntryBase,
            (EntryBase, entry),
            (XenBase, xen),
            (DeviceTreeBase, tree.ToBytes()),
            (KernelBase, kernel),
            (DiskBase, disk));
    }

    /// <summary>Describes a machine that loads such a file, which goes away afterwards.</summary>
    /// <param name="xen">The hypervisor.</param>
    /// <param name="linux">The first domain.</param>
    /// <param name="use">What to do with the machine.</param>
    public static void With(GuestImage xen, GuestImage linux, Action<MachineBuilder> use)
    {
        string path = Path.GetTempFileName();
        try
        {
            MachineBuilder builder = new MachineBuilder(Board.Virt).WithMemory(1024.MiB()).WithExceptionLevel(2);
            File.WriteAllBytes(
                path,
                Create(builder.BuildDeviceTree(), File.ReadAllBytes(xen.Path), File.ReadAllBytes(linux["kernel"]), File.ReadAllBytes(linux["initrd"])));
            use(builder.WithKernel(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AddModule(DeviceTreeNode chosen, string kind, ulong address, byte[] data) =>
        chosen.Add($"module@{address:x}")
            .SetStrings("compatible", kind, "multiboot,module")
            .SetWideCells("reg", address, (ulong)data.Length);
}
