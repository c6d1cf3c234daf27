using Emulator.Boards;

namespace Emulator.Firmware;

/// <summary>Adapts a device tree of the user's to the machine, as QEMU does: memory, command line, initrd, and PSCI when it has no such node. The rest is left as it is.</summary>
internal static class UserDeviceTree
{
    /// <summary>Makes the flattened tree.</summary>
    /// <param name="board">The board.</param>
    /// <param name="file">The user's tree, flattened.</param>
    /// <param name="commandLine">The kernel's command line; empty to keep what is there.</param>
    /// <param name="initrd">Where the initrd is, or null.</param>
    /// <exception cref="ImageFormatException">The file is no proper tree, or cannot tell of the machine's memory.</exception>
    public static byte[] Create(BoardDescription board, ImageFile file, string commandLine, LoadSegment? initrd)
    {
        try
        {
            DeviceTree tree = DeviceTree.Parse(file.Data);
            SetMemory(tree.Root, file.Name, board.Ram);
            DeviceTreeChosen.Describe(tree.Find("/chosen") ?? tree.Root.AddFirst("chosen"), commandLine, initrd);
            if (board.PsciConduit != PsciConduit.None && tree.Find("/psci") is null)
            {
                VirtDeviceTree.DescribePsci(tree.Root.AddFirst("psci"), board.PsciConduit);
            }

            byte[] bytes = tree.ToBytes();
            return tree.ToBytes(Math.Max(bytes.Length, (file.Data.Length + 10_000) * 2));
        }
        catch (DeviceTreeException cause)
        {
            throw new ImageFormatException(file.Name, ImageError.BadFormat, cause.Message, cause);
        }
    }

    private static void SetMemory(DeviceTreeNode root, string name, BoardRegion ram)
    {
        int addressCells = Cells("#address-cells", 2);
        int sizeCells = Cells("#size-cells", 1);
        if (sizeCells < 2 && ram.Length > uint.MaxValue)
        {
            throw new ImageFormatException(name, ImageError.BadFormat, "has one cell for lengths, too few for the machine's memory; set #size-cells to 2 or give it less than 4 GiB");
        }

        root.Remove(node => node.Name == "memory" || node.Name.StartsWith("memory@", StringComparison.Ordinal));
        root.AddFirst($"memory@{ram.Base:x}")
            .SetCells("reg", [.. Wide(ram.Base)[^addressCells..], .. Wide(ram.Length)[^sizeCells..]])
            .SetStrings("device_type", "memory");

        int Cells(string property, uint byDefault)
        {
            uint cells = root.Property(property) is { Cells.Count: 1 } found ? found.Cells[0] : byDefault;
            return cells is 1 or 2
                ? (int)cells
                : throw new ImageFormatException(name, ImageError.BadFormat, $"has {property} = {cells}; use 1 or 2");
        }
    }

    private static uint[] Wide(ulong value) => [(uint)(value >> 32), (uint)value];
}
