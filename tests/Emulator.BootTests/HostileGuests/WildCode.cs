using System.Buffers.Binary;
using Emulator.Cpu.Isa;
using Emulator.Cpu.System;

namespace Emulator.BootTests.HostileGuests;

/// <summary>Random code that gets further than random words do: into system registers, devices, loops and its own translation tables.</summary>
internal static class WildCode
{
    private static readonly A64Row[] s_rows = [.. A64Table.Rows];
    private static readonly A64Row[] s_loadsAndStores = [.. A64Table.Rows.Where(row => row.Group == A64Group.LoadStore)];

    /// <summary>Code of a length.</summary>
    public static byte[] Create(Random random, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i += 4)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i), Word(random));
        }

        return bytes;
    }

    private static uint Word(Random random) => random.Next(16) switch
    {
        < 2 => Any(random),
        < 7 => OfRow(random, s_rows),
        < 9 => SystemRegisterAccess(random),
        < 12 => Pointer(random),
        < 14 => OfRow(random, s_loadsAndStores),
        14 => BackwardBranch(random),
        _ => 0x91000000 | (Any(random) & 0x003fffff), // ADD (immediate)
    };

    private static uint Any(Random random) => (uint)random.NextInt64(1L << 32);

    private static uint OfRow(Random random, A64Row[] rows)
    {
        A64Row row = rows[random.Next(rows.Length)];
        return (Any(random) & ~row.Mask) | row.Value;
    }

    // MRS, MSR, SYS: half of them of the CPU's own registers, the others of the banks of timers and interrupt controller.
    private static uint SystemRegisterAccess(Random random)
    {
        uint encoding = random.Next(2) == 0
            ? SystemRegisterTable.All[random.Next(SystemRegisterTable.All.Length)].Encoding
            : (3u << 14) | ((uint)random.Next(8) << 11) | ((random.Next(2) == 0 ? 12u : 14u) << 7) | (uint)random.Next(128);
        return 0xd5000000 | ((uint)random.Next(2) << 21) | (encoding << 5) | (uint)random.Next(32);
    }

    // MOVZ Xn, #page, LSL #16: a device of the board, or RAM, where code and tables are.
    private static uint Pointer(Random random)
    {
        uint page = random.Next(3) switch
        {
            0 => 0x0800u + (uint)random.Next(0x300),
            1 => 0x4010u + (uint)random.Next(8),
            _ => 0x4000u + (uint)random.Next(0x400),
        };
        return 0xd2a00000 | (page << 5) | (uint)random.Next(31);
    }

    // B.cond, CBZ, CBNZ: loops of 1 to 32 instructions, which make code hot and polling loops.
    private static uint BackwardBranch(Random random)
    {
        uint offset = (0x80000u - 1 - (uint)random.Next(32)) << 5;
        return random.Next(2) == 0
            ? 0x54000000 | offset | (uint)random.Next(16)
            : 0x34000000 | (Any(random) & 0x8100001f) | offset;
    }
}
