using Emulator.Memory;

namespace Emulator.Interrupts;

/// <summary>Identification registers. The values are those of QEMU's model (implementer Arm, architecture GICv3), so that drivers decide alike.</summary>
internal static class GicIdentification
{
    /// <summary>GICD_IIDR and GICR_IIDR: implementer Arm (0x43b).</summary>
    public const uint Implementer = 0x43b;

    private const int Offset = 0xffd0;

    // PIDR4 to 7, PIDR0 to 3, CIDR0 to 3. PIDR0 is the low byte of the part number and differs between the frames.
    private static readonly byte[] s_values = [0x44, 0, 0, 0, 0, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1];

    /// <summary>Declares the registers at the end of a 64 KiB frame.</summary>
    /// <typeparam name="TView">A view of the frame.</typeparam>
    /// <param name="table">Where to.</param>
    /// <param name="prefix">GICD or GICR.</param>
    /// <param name="part">PIDR0.</param>
    public static void Declare<TView>(RegisterTable<TView> table, string prefix, byte part)
        where TView : class
    {
        string[] names = ["PIDR4", "PIDR5", "PIDR6", "PIDR7", "PIDR0", "PIDR1", "PIDR2", "PIDR3", "CIDR0", "CIDR1", "CIDR2", "CIDR3"];
        for (int i = 0; i < names.Length; i++)
        {
            uint value = names[i] == "PIDR0" ? part : s_values[i];
            table.Add(Offset + (4 * i), $"{prefix}_{names[i]}", RegisterAccess.ReadOnly, (_, _) => value, reset: value);
        }
    }
}
