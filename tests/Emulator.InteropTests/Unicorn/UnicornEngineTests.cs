using Emulator.Boards;
using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Interrupts;
using Emulator.Snapshots;
using Emulator.Testing;
using Emulator.Tests;
using Emulator.Unicorn;

namespace Emulator.InteropTests.Unicorn;

/// <summary>Whole machines on libunicorn: after any number of instructions everything is as on the interpreter.</summary>
internal sealed unsafe class UnicornEngineTests
{
    private const ulong SecondCode = GuestMachine.CodeBase + 0x1000;
    private const uint Wfe = 0xd503205f;
    private const uint Sev = 0xd503209f;
    private static readonly ushort Cpacr = SystemRegisterAccess.Encode(3, 0, 1, 0, 2);

    [OneTimeSetUp]
    public void RequireLibrary()
    {
        try
        {
            _ = UnicornLibrary.Require();
        }
        catch (UnicornUnavailableException exception)
        {
            Peer.Missing(exception.Message);
        }
    }

    [TestCaseSource(nameof(Guests))]
    public void AfterAnyNumberOfInstructionsAllIsAsOnTheInterpreter(Guest guest)
    {
        using Machine reference = guest.Create(new InterpreterEngine());
        using var engine = new UnicornEngine();
        using Machine machine = guest.Create(engine);

        foreach (int step in (int[])[1, 2, 3, 50, 7, 1000, 13, 20_000, 1])
        {
            _ = reference.RunFor(step);
            _ = machine.RunFor(step);
            Assert.That(StateOf(machine), Is.EqualTo(StateOf(reference)), $"{machine.DescribeState()}\n{reference.DescribeState()}");
        }

        Assert.That(engine.ExecutedByLibrary, Is.GreaterThan(machine.RetiredInstructions * guest.LeastShare / 100));
    }

    [TestCaseSource(nameof(Guests))]
    public void InLockstepThereIsNoDifference(Guest guest)
    {
        using var engine = new UnicornEngine();
        using Machine machine = guest.Create(new InterpreterEngine(), engine);

        StopReason reason = machine.RunFor(5000);

        Assert.That(machine.Divergence, Is.Null);
        Assert.That(reason, Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(engine.ExecutedByLibrary, Is.GreaterThan(machine.RetiredInstructions * guest.LeastShare / 100));
    }

    [TestCaseSource(nameof(Guests))]
    public void ItCanLeadAsWell(Guest guest)
    {
        using Machine machine = guest.Create(new UnicornEngine(), new InterpreterEngine());

        _ = machine.RunFor(5000);

        Assert.That(machine.Divergence, Is.Null);
    }

    [Test]
    public void CodeThatTheHostOverwritesIsExecutedAnew()
    {
        var guest = new GuestAssembler();
        _ = guest.Add(1, 1, 1).Branch(0);
        using Machine machine = GuestMachine.Create(guest, engine: new UnicornEngine());
        _ = machine.RunFor(1000);

        var other = new GuestAssembler();
        _ = other.Add(2, 2, 1).Branch(0);
        machine.Ram.Write(GuestMachine.CodeBase - GuestMachine.RamBase, other.ToBytes());
        _ = machine.RunFor(1000);

        Assert.That(machine.Register(1), Is.EqualTo(500));
        Assert.That(machine.Register(2), Is.EqualTo(500));
    }

    [Test]
    public void PagesThatTheGuestWritesAreDirty()
    {
        GuestAssembler guest = new GuestAssembler().Load(2, GuestMachine.DataBase);
        int loop = guest.Here;
        _ = guest.StoreDoubleword(1, 2).Add(2, 2, 8).Branch(loop);
        using Machine machine = GuestMachine.Create(guest, engine: new UnicornEngine());

        _ = machine.RunFor(4 + (3 * 1024));

        int first = (int)((GuestMachine.DataBase - GuestMachine.RamBase) >> 12);
        Assert.That(Enumerable.Range(first, 3).Select(machine.Ram.IsDirty), Is.EqualTo(new[] { true, true, false }));
    }

    private static Guest[] Guests() =>
    [
        new("arithmetic and memory", 90, g =>
        {
            _ = g.Load(1, 0).Load(2, GuestMachine.DataBase);
            int loop = g.Here;
            _ = g.StoreDoubleword(1, 2).LoadDoubleword(3, 2).AddRegister(4, 4, 3).Add(1, 1, 1).SubtractSetFlags(5, 1, 0).BranchNotEqual(loop).Stop();
        }),
        new("device and counter", 40, g =>
        {
            _ = g.Load(3, GuestMachine.Uart).Load(4, 'x');
            int loop = g.Here;
            _ = g.StoreByte(4, 3).ReadSystemRegister(5, GuestMachine.VirtualCount).Add(1, 1, 1).Add(1, 1, 1).Add(1, 1, 1).Add(1, 1, 1).Add(1, 1, 1).Add(1, 1, 1).Branch(loop);
        }),
        new("stores to its own next instruction", 1, g =>
        {
            // The NOP after the stores becomes "add x5, x5, #1" each time.
            _ = g.Load(2, 0x910004a5).Load(3, 0xd503201f);
            int target = g.Here + 6;
            _ = g.Load(4, GuestMachine.CodeBase + (ulong)(4 * target));
            int loop = g.Here;
            _ = g.StoreWord(3, 4).StoreWord(2, 4).Nop().Add(6, 6, 1).Branch(loop);
        }),
        new("data beside code", 20, g =>
        {
            _ = g.Load(1, GuestMachine.CodeBase + 0xff0);
            int loop = g.Here;
            _ = g.StoreDoubleword(0, 1).LoadDoubleword(2, 1).Add(0, 0, 1).AddRegister(3, 3, 2).AddRegister(3, 3, 2).AddRegister(3, 3, 2).Branch(loop);
        }),
        new("supervisor calls", 0, g =>
        {
            _ = g.Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0);
            int loop = g.Here;
            _ = g.SupervisorCall().Add(1, 1, 1).Branch(loop);
        }),
        new("unaligned accesses with the MMU off", 0, g =>
        {
            _ = g.Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0).Load(2, GuestMachine.DataBase + 1);
            int loop = g.Here;
            _ = g.LoadDoubleword(3, 2).Branch(loop);
        }),
        new("floating point, trapped and not", 0, g =>
        {
            const uint MoveToVector = 0x9e670020;
            _ = g.Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0).Load(4, 3UL << 20);
            int loop = g.Here;
            _ = g.WriteSystemRegister(Cpacr, GuestAssembler.Zero).Isb().Word(MoveToVector).WriteSystemRegister(Cpacr, 4).Isb().Word(MoveToVector).Add(1, 1, 1).Branch(loop);
        }),
        new("undefined and into nowhere", 0, g =>
        {
            const uint Undefined = 0;
            _ = g.Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0).Load(2, 0xffff_ffff_ffff_fff8);
            int loop = g.Here;
            _ = g.Word(Undefined).LoadDoubleword(3, 2).Branch(loop);
        }),
        new("two CPUs", 10, g =>
        {
            _ = g.Load(0, 0xc400_0003).Load(1, 1).Load(2, SecondCode).Load(3, 0).HypervisorCall().Load(4, GuestMachine.DataBase);
            CountTogether(g, Sev);
        })
        {
            Cpus = 2,
            Second = g =>
            {
                _ = g.Load(4, GuestMachine.DataBase);
                CountTogether(g, Wfe);
            },
        },
    ];

    private static void CountTogether(GuestAssembler guest, uint hint)
    {
        const uint LoadExclusive = 0xc85f7c85;
        const uint StoreExclusive = 0xc8077c85;
        int loop = guest.Here;
        _ = guest.Word(LoadExclusive).Add(5, 5, 1).Word(StoreExclusive).Word(hint).Add(6, 6, 1).Add(6, 6, 1).Add(6, 6, 1).Add(6, 6, 1).Branch(loop);
    }

    private static byte[] StateOf(Machine machine)
    {
        var writer = new SnapshotWriter();
        machine.Save(writer);
        return writer.ToArray();
    }

    /// <summary>A guest.</summary>
    /// <param name="Name">What it is about.</param>
    /// <param name="LeastShare">Percentage of instructions that libunicorn itself must execute.</param>
    /// <param name="Write">Writes its code.</param>
    internal sealed record Guest(string Name, int LeastShare, Action<GuestAssembler> Write)
    {
        public int Cpus { get; init; } = 1;

        public Action<GuestAssembler>? Second { get; init; }

        public override string ToString() => Name;

        public Machine Create(ICpuEngine engine, ICpuEngine? follower = null)
        {
            var code = new GuestAssembler();
            Write(code);

            // Whatever is taken returns behind itself: SVC by itself, the others when the handler skips the instruction.
            ushort returnAddress = SystemRegisterAccess.Encode(3, 0, 4, 0, 1);
            var vectors = new GuestAssembler();
            while (vectors.Here < 0x200 / 4)
            {
                _ = vectors.Stop();
            }

            _ = vectors.ReadSystemRegister(10, SystemRegisterAccess.Encode(3, 0, 5, 2, 0)).Add(11, 11, 1)
                .ReadSystemRegister(12, returnAddress).Add(12, 12, 4).WriteSystemRegister(returnAddress, 12).ExceptionReturn();
            Machine machine = GuestMachine.Create(
                code, new BoardOptions { MemorySize = 16.MiB(), Cpus = Cpus }, vectors, new MachineSettings { Follower = follower, FastForward = false }, engine);
            if (Second is not null)
            {
                var second = new GuestAssembler();
                Second(second);
                machine.Ram.Write(SecondCode - GuestMachine.RamBase, second.ToBytes());
            }

            return machine;
        }
    }
}
