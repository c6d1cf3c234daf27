using System.Buffers.Binary;
using Emulator.Boards;

namespace Emulator.BootTests.HostileGuests;

/// <summary>Guests that load and store what comes to their mind, wherever something is or nothing.</summary>
public sealed class RandomAccessTests : HostileGuestFixture
{
    private const ulong TableBase = 0x4020_0000;
    private const int EntryLength = 32;
    private const int Entries = 40_000;

    [Test]
    public void Every_window_takes_every_access([Values(1, 2, 3)] int level, [Values(1, 2)] int seed)
    {
        (byte[] code, ulong[] stubs) = AccessLoop(level);
        Machine machine = Start(level, CodeBase, (VectorBase, SkippingVectors(level)), (CodeBase, code), (TableBase, Table(new Random(seed), level, stubs)));

        StopReason reason = machine.Run(new RunLimits { MaxInstructions = 60L * Entries });

        // A GPIO line of the secure world powers off and resets.
        Assert.That(reason, Is.AnyOf(StopReason.MaxInstructions, level == 3 ? StopReason.PowerOff : StopReason.MaxInstructions, StopReason.Reset));
        if (reason == StopReason.MaxInstructions)
        {
            Assert.That(Register(machine, 10), Is.EqualTo(TableBase + (Entries * EntryLength)), "the guest has not got through its table");
        }

        Assert.That(machine.Unimplemented.Counts, Has.Count.LessThanOrEqualTo(Memory.UnimplementedAccesses.MostKinds + 1));
    }

    [Test]
    public void Stores_to_the_firmwares_flash_change_nothing()
    {
        byte[] firmware = new GuestAssembler(0).PadTo(0x100).Emit(0x01234567, 0x89abcdef).ToBytes();
        byte[] code = WithSkippingVectors(1)
            .Move(0, 0x100).Move(1, ulong.MaxValue)
            .Access(isStore: true, 8, 1, 0).Access(isStore: true, 1, 1, 0) // an array in read mode: 0xff is a read command
            .Access(isStore: false, 8, 2, 0)
            .Emit(GuestAssembler.BranchToSelf).ToBytes();
        Machine machine = Start(1, CodeBase, (0UL, firmware), (VectorBase, SkippingVectors(1)), (CodeBase, code));

        machine.Run(new RunLimits { MaxInstructions = 100 });

        Assert.That(Register(machine, 2), Is.EqualTo(0x89abcdef_01234567));
    }

    // X10 walks the table: address, value, address of the stub that makes the access.
    private static (byte[] Code, ulong[] Stubs) AccessLoop(int level)
    {
        GuestAssembler code = WithSkippingVectors(level).Move(10, TableBase).Move(11, TableBase + (Entries * EntryLength));
        ulong loop = code.Here;
        code.Emit(
            0xa9400540, // LDP X0, X1, [X10]
            0xf9400942, // LDR X2, [X10, #16]
            0x9100814a, // ADD X10, X10, #32
            0xd61f0040); // BR X2
        ulong next = code.Here;
        code.Emit(0xeb0b015f).BranchIfLower(loop).Emit(GuestAssembler.BranchToSelf); // CMP X10, X11
        List<ulong> stubs = [];
        foreach (bool isStore in new[] { false, true })
        {
            foreach (int bytes in new[] { 1, 2, 4, 8 })
            {
                stubs.Add(code.Here);
                code.Access(isStore, bytes, 1, 0).Branch(next);
            }
        }

        stubs.Add(code.Here);
        code.Emit(0xa9001001).Branch(next); // STP X1, X4, [X0]
        stubs.Add(code.Here);
        code.Emit(0x885ffc01).Branch(next); // LDAXR W1, [X0]
        stubs.Add(code.Here);
        code.Emit(0x8803fc01).Branch(next); // STLXR W3, W1, [X0]
        stubs.Add(code.Here);
        code.Emit(0xd50b7420).Branch(next); // DC ZVA, X0
        stubs.Add(code.Here);
        code.Emit(0x3d800000).Branch(next); // STR Q0, [X0]
        return (code.ToBytes(), [.. stubs]);
    }

    private static byte[] Table(Random random, int level, ulong[] stubs)
    {
        BoardRegion[] windows =
        [
            .. Board.Virt.Describe(new BoardOptions { ExceptionLevel = level, MemorySize = 64.MiB() }).Regions.Where(region => region.Kind != BoardRegionKind.Ram),
        ];
        byte[] table = new byte[Entries * EntryLength];
        for (int i = 0; i < Entries; i++)
        {
            Span<byte> entry = table.AsSpan(i * EntryLength);
            BinaryPrimitives.WriteUInt64LittleEndian(entry, Address(random, windows[i % windows.Length]));
            BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], Value(random));
            BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], stubs[random.Next(stubs.Length)]);
        }

        return table;
    }

    // Mostly registers near a window's start, some anywhere in it, some about its end, some nowhere.
    private static ulong Address(Random random, BoardRegion window)
    {
        ulong address = window.Base + random.Next(10) switch
        {
            < 5 => (ulong)random.Next(0x200),
            < 8 => (ulong)random.NextInt64((long)window.Length),
            8 => window.Length - (ulong)random.Next(16),
            _ => (ulong)random.NextInt64(),
        };
        return random.Next(4) == 0 ? address : address & ~7UL;
    }

    private static ulong Value(Random random) => random.Next(5) switch
    {
        0 => 0,
        1 => ulong.MaxValue,
        2 => 1UL << random.Next(64),
        3 => (ulong)random.Next(0x100) * 0x0001_0001_0001_0001,
        _ => (ulong)random.NextInt64(),
    };

    private static unsafe ulong Register(Machine machine, int index) => machine.Processors[0].State->X[index];
}
