using Emulator.Timing;

namespace Emulator.BootTests.HostileGuests;

/// <summary>Guests that lose their way. The host's run ends with a reason, never with an exception.</summary>
public sealed class LostGuestTests : HostileGuestFixture
{
    private static readonly RunLimits s_limits = new() { MaxInstructions = 1_000_000 };

    [Test]
    public void Jumping_into_nothing_without_vectors_locks_up(
        [Values(1, 2, 3)] int level,
        [Values(0x1_0000_0000UL, 0xffff_ffff_ffff_fffcUL, 0x4000_0002UL, 0x0900_0000UL)] ulong target)
    {
        byte[] code = new GuestAssembler(CodeBase).Move(0, 0x7f_0000_0000).SetVectors(level, 0).Move(1, target).Emit(0xd61f0020).ToBytes(); // BR X1
        Machine machine = Start(level, CodeBase, (CodeBase, code));

        Assert.That(machine.Run(s_limits), Is.EqualTo(StopReason.LockUp));
        Assert.That(machine.RetiredInstructions, Is.LessThan(2000));
        Assert.That(machine.DescribeState(), Does.Contain("abort").Or.Contain("pc-alignment"));
    }

    [TestCase(GuestAssembler.Undefined)]
    [TestCase(0xd4200000u, Description = "BRK")]
    [TestCase(0xd4000001u, Description = "SVC")]
    [TestCase(0xf9400000u | (31 << 5), Description = "LDR from a misaligned SP")]
    public void A_vector_that_faults_itself_locks_up(uint word)
    {
        byte[] vectors = new GuestAssembler(VectorBase).Emit([.. Enumerable.Repeat(word, 512)]).ToBytes();
        byte[] code = WithSkippingVectors(1).Move(0, 0x4000_0001).Emit(0x9100001f, word).ToBytes(); // MOV SP, X0
        Machine machine = Start(1, CodeBase, (VectorBase, vectors), (CodeBase, code));

        Assert.That(machine.Run(s_limits), Is.EqualTo(StopReason.LockUp));
        Assert.That(machine.RetiredInstructions, Is.LessThan(2000));
    }

    [Test]
    public void A_vector_that_waits_runs_to_the_limit_exactly()
    {
        byte[] vectors = new GuestAssembler(VectorBase).Emit([.. Enumerable.Repeat(GuestAssembler.BranchToSelf, 512)]).ToBytes();
        byte[] code = WithSkippingVectors(1).Emit(GuestAssembler.Undefined).ToBytes();
        Machine machine = Start(1, CodeBase, (VectorBase, vectors), (CodeBase, code));

        Assert.That(machine.Run(s_limits), Is.EqualTo(StopReason.MaxInstructions));
        Assert.That(machine.RetiredInstructions, Is.EqualTo(1_000_000));
        Assert.That(machine.Run(new RunLimits { Until = new VirtualTime(2_000_000) }), Is.EqualTo(StopReason.MaxVirtualTime));
        Assert.That(machine.Clock.Now.Nanoseconds, Is.EqualTo(2_000_000));
    }

    [Test]
    public void Waiting_for_an_interrupt_that_nothing_can_raise_locks_up([Values(1, 2, 3)] int level)
    {
        byte[] code = new GuestAssembler(CodeBase).Emit(GuestAssembler.Wfi, GuestAssembler.BranchToSelf).ToBytes();
        Machine machine = Start(level, CodeBase, (CodeBase, code));

        Assert.That(machine.Run(s_limits), Is.EqualTo(StopReason.LockUp));
    }

    [Test]
    public void Memory_that_is_executed_everywhere_costs_the_host_a_bounded_amount()
    {
        // B to the next page, in every page of the machine's RAM but the first and the last, four times round.
        const ulong First = VectorBase + 0x1000;
        const ulong Last = VectorBase + (64 << 20) - 0x1000;
        var code = new GuestAssembler(First);
        while (code.Here < Last)
        {
            code.Branch(code.Here + 0x1000).PadTo((code.Here + 0xfff) & ~0xfffUL);
        }

        code.Move(1, First).Emit(0xd61f0020);
        Machine machine = Start(1, First, (First, code.ToBytes()));
        long before = ResidentSet();

        Assert.That(machine.Run(new RunLimits { MaxInstructions = 4 * (64 << 20) / 4096 }), Is.EqualTo(StopReason.MaxInstructions));

        Assert.That(ResidentSet() - before, Is.LessThan(200L << 20));
    }

    [Test]
    public void A_flood_of_output_keeps_its_end()
    {
        byte[] code = new GuestAssembler(CodeBase).Move(0, 0x0900_0000).Move(1, 'x').Access(isStore: true, 1, 1, 0).Emit(0x17ffffff).ToBytes();
        Machine machine = Start(1, CodeBase, (CodeBase, code));
        machine.Console.TranscriptLimit = 4096;

        Assert.That(machine.Run(s_limits), Is.EqualTo(StopReason.MaxInstructions));

        Assert.That(machine.Console.OutputLength, Is.GreaterThan(400_000));
        Assert.That(machine.Console.Transcript, Is.EqualTo(new string('x', 4096)));
    }

    private static long ResidentSet()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
