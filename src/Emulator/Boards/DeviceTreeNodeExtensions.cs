namespace Emulator.Boards;

/// <summary>Puts windows of the memory map into nodes.</summary>
internal static class DeviceTreeNodeExtensions
{
    /// <summary>Sets <c>reg</c> to windows, with two cells for each address and length.</summary>
    /// <param name="node">The node.</param>
    /// <param name="regions">The windows.</param>
    /// <returns>The node.</returns>
    public static DeviceTreeNode SetReg(this DeviceTreeNode node, params ReadOnlySpan<BoardRegion> regions)
    {
        ulong[] values = new ulong[regions.Length * 2];
        for (int index = 0; index < regions.Length; index++)
        {
            values[2 * index] = regions[index].Base;
            values[(2 * index) + 1] = regions[index].Length;
        }

        return node.SetWideCells("reg", values);
    }
}
