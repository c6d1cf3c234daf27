using Emulator.Snapshots;

namespace Emulator.Tests.Rules;

/// <summary>Design rule 6: events are records. A machine that is saved in the middle of anything goes on alike in another one.</summary>
public class Rule6EventsAreDataTests
{
    [Test]
    public void RestoredMachineGoesOnAlikeFromAnyInstant([Range(20, 900, 40)] int instant)
    {
        // A periodic timer interrupt, a loop, characters on their way to the UART: the state is saved with each in any phase.
        using Machine original = CreateTicking();
        original.Console.Send("abcdefghijklmnopqrstuvwxyz0123456789");
        _ = original.RunFor(instant);
        var writer = new SnapshotWriter();
        original.Save(writer);
        using Machine copy = CreateTicking();

        copy.Load(new SnapshotReader(writer.ToArray()));

        Assert.That(Fingerprint(copy), Is.EqualTo(Fingerprint(original)));
        _ = original.RunFor(5000);
        _ = copy.RunFor(5000);
        Assert.That(Fingerprint(copy), Is.EqualTo(Fingerprint(original)));
        Assert.That(original.Register(9), Is.GreaterThan(2), "the timer ticked");
    }

    [Test]
    public void SnapshotOfAnotherMachineIsRefused()
    {
        using Machine one = CreateTicking();
        using Machine two = GuestMachine.Create(new GuestAssembler().Stop(), new Emulator.Boards.BoardOptions { MemorySize = 16.MiB(), Cpus = 2 });
        var writer = new SnapshotWriter();
        one.Save(writer);

        Assert.That(() => two.Load(new SnapshotReader(writer.ToArray())), Throws.TypeOf<SnapshotException>().With.Message.Contains("CPUs"));
    }

    private static byte[] Fingerprint(Machine machine)
    {
        var writer = new SnapshotWriter();
        machine.Save(writer);
        return System.Security.Cryptography.SHA256.HashData(writer.ToArray());
    }

    private static Machine CreateTicking()
    {
        GuestAssembler guest = new GuestAssembler().Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0);
        Rule1RetirementTests.EnableVirtualTimer(guest, 10);
        _ = guest.Load(4, GuestMachine.DataBase).Load(6, GuestMachine.Uart).EnableInterrupts();
        int loop = guest.Here;
        _ = guest.Add(5, 5, 1).StoreDoubleword(5, 4).LoadWord(7, 6).Branch(loop);

        // The handler moves the compare value on by 20 ticks and counts.
        GuestAssembler vectors = Rule1RetirementTests.Vectors(
            v => v.ReadSystemRegister(8, GuestMachine.VirtualTimerCompare)
                .Add(8, 8, 20)
                .WriteSystemRegister(GuestMachine.VirtualTimerCompare, 8)
                .Add(9, 9, 1)
                .ReadSystemRegister(10, Emulator.Interrupts.SystemRegisterAccess.Encode(3, 0, 12, 12, 0))
                .WriteSystemRegister(Emulator.Interrupts.SystemRegisterAccess.Encode(3, 0, 12, 12, 1), 10)
                .ExceptionReturn(),
            0x280);
        return GuestMachine.Create(guest, vectors: vectors);
    }
}
