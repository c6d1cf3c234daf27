using Emulator.Boards;

namespace Emulator.Firmware;

/// <summary>Writes what a boot adds to a device tree (Devicetree Specification 0.4, section 3.6; Linux, Documentation/devicetree/bindings/chosen.txt).</summary>
internal static class DeviceTreeChosen
{
    /// <summary>Adds the command line and the initrd, before what is there.</summary>
    /// <param name="chosen">The node <c>/chosen</c>.</param>
    /// <param name="commandLine">The kernel's command line; empty for none.</param>
    /// <param name="initrd">Where the initrd is, or null.</param>
    public static void Describe(DeviceTreeNode chosen, string commandLine, LoadSegment? initrd)
    {
        if (commandLine.Length != 0)
        {
            chosen.SetStrings("bootargs", commandLine).MoveFirst("bootargs");
        }

        if (initrd is not null)
        {
            SetAddress("linux,initrd-start", initrd.Address);
            SetAddress("linux,initrd-end", initrd.End);
        }

        // One cell where it does: all readers know that form.
        void SetAddress(string name, ulong address)
        {
            if (address <= uint.MaxValue)
            {
                chosen.SetCells(name, (uint)address);
            }
            else
            {
                chosen.SetWideCells(name, address);
            }

            chosen.MoveFirst(name);
        }
    }
}
