using Emulator.Memory;

namespace Emulator.Interrupts;

/// <summary>The registers that hold interrupts' state. They lie at equal offsets in GICD and in the SGI frame of GICR.</summary>
internal static class GicBankRegisters
{
    /// <summary>Offset of the first priority register, the only ones accessible by bytes.</summary>
    public const int Priorities = 0x400;

    /// <summary>Declares the registers.</summary>
    /// <typeparam name="TView">A view of the frame.</typeparam>
    /// <param name="table">Where to.</param>
    /// <param name="offset">Offset of the frame in the device's window.</param>
    /// <param name="prefix">GICD or GICR.</param>
    /// <param name="banks">How many banks of 32 interrupts the frame has room for.</param>
    public static void Declare<TView>(RegisterTable<TView> table, int offset, string prefix, int banks)
        where TView : class, IGicBankView
    {
        void Row(int at, string name, int perBank, Func<TView, int, uint> read, Action<TView, int, uint> write) =>
            table.Add(offset + at, $"{prefix}_{name}", RegisterAccess.ReadWrite, read, write, banks * perBank);

        Row(0x080, "IGROUPR", 1, static (v, i) => v.Bank(i).ReadGroup(v.FullAccess), static (v, i, x) => v.Bank(i).WriteGroup(x, v.FullAccess));
        Row(0x100, "ISENABLER", 1, static (v, i) => v.Bank(i).ReadEnabled(v.FullAccess), static (v, i, x) => v.Bank(i).WriteSetEnabled(x, v.FullAccess));
        Row(0x180, "ICENABLER", 1, static (v, i) => v.Bank(i).ReadEnabled(v.FullAccess), static (v, i, x) => v.Bank(i).WriteClearEnabled(x, v.FullAccess));
        Row(0x200, "ISPENDR", 1, static (v, i) => v.Bank(i).ReadSetPending(v.FullAccess), static (v, i, x) => v.Bank(i).WriteSetPending(x, v.FullAccess));
        Row(0x280, "ICPENDR", 1, static (v, i) => v.Bank(i).ReadClearPending(v.FullAccess), static (v, i, x) => v.Bank(i).WriteClearPending(x, v.FullAccess));
        Row(0x300, "ISACTIVER", 1, static (v, i) => v.Bank(i).ReadActive(v.FullAccess), static (v, i, x) => v.Bank(i).WriteSetActive(x, v.FullAccess));
        Row(0x380, "ICACTIVER", 1, static (v, i) => v.Bank(i).ReadActive(v.FullAccess), static (v, i, x) => v.Bank(i).WriteClearActive(x, v.FullAccess));
        Row(
            Priorities,
            "IPRIORITYR",
            8,
            static (v, i) => v.Bank(i / 8).ReadPriorities(4 * (i % 8), v.FullAccess),
            static (v, i, x) => v.Bank(i / 8).WritePriorities(4 * (i % 8), x, v.FullAccess));
        Row(0xc00, "ICFGR", 2, static (v, i) => v.Bank(i / 2).ReadConfiguration(i % 2, v.FullAccess), static (v, i, x) => v.Bank(i / 2).WriteConfiguration(i % 2, x, v.FullAccess));
        Row(
            0xd00,
            "IGRPMODR",
            1,
            static (v, i) => v.Bank(i).ReadModifier(v.FullAccess, v.SecurityDisabled),
            static (v, i, x) => v.Bank(i).WriteModifier(x, v.FullAccess, v.SecurityDisabled));
        Row(
            0xe00,
            "NSACR",
            banks == 1 ? 1 : 2,
            static (v, i) => v.Bank(i / 2).ReadNonSecureAccess(i % 2, v.FullAccess, v.SecurityDisabled),
            static (v, i, x) => v.Bank(i / 2).WriteNonSecureAccess(i % 2, x, v.FullAccess, v.SecurityDisabled));
    }
}
