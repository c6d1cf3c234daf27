using Emulator.Boards;
using Emulator.Cpu.System;
using Emulator.Memory;

namespace Emulator.Tests.Rules;

/// <summary>Design rule 8: each access, TLB entry and bus write carries who it is for.</summary>
public class Rule8TagsTests
{
    [Test]
    public void BusWriteCarriesItsInitiatorAndSecurityState([Values(1, 3)] int level)
    {
        const ulong DeviceBase = 0x0c00_0000;
        using Machine machine = GuestMachine.Create(
            new GuestAssembler().Load(1, DeviceBase).StoreWord(0, 1).Stop(),
            new BoardOptions { MemorySize = 16.MiB(), ExceptionLevel = level });
        var device = new Recorder();
        machine.Bus.MapDevice(DeviceBase, device);

        _ = machine.RunFor(6);

        Assert.That(device.Accesses, Has.Count.EqualTo(1));
        Assert.That(device.Accesses[0].Initiator, Is.EqualTo(BusInitiator.Cpu(0)));
        Assert.That(device.Accesses[0].Secure, Is.EqualTo(level == 3), "EL3 with the MMU off is secure");
    }

    [Test]
    public void InitiatorsOfDevicesAreTheIdsThatAnItsSees()
    {
        Assert.That(BusInitiator.Pci(0x0108).Id, Is.EqualTo(0x0108));
        Assert.That(BusInitiator.VirtioMmio(5).Id, Is.EqualTo(0x1_0005));
        Assert.That(BusInitiator.Cpu(0).IsCpu, Is.True);
        Assert.That(BusInitiator.Host.IsCpu, Is.False);
    }

    [Test]
    public void SecureWindowIsInvisibleToTheNonSecureState()
    {
        using Machine machine = GuestMachine.Create(new GuestAssembler().Stop(), new BoardOptions { MemorySize = 16.MiB(), ExceptionLevel = 3 });
        const ulong SecureRam = 0x0e00_0000;

        Assert.That(machine.Bus.Read(SecureRam, 8, BusInitiator.Host, secure: true).Status, Is.EqualTo(BusStatus.Ok));
        Assert.That(machine.Bus.Read(SecureRam, 8, BusInitiator.Host, secure: false).Status, Is.EqualTo(BusStatus.Error));
    }

    [Test]
    public void EachPartOfATranslationContextMakesAnotherTag()
    {
        using var storage = new CpuStorage();
        using var tlb = new Tlb(storage);
        var context = new TranslationContext(Regime: 1, Secure: false, Privileged: true, MmuEnabled: true, Asid: 1, Vmid: 0);
        TranslationContext[] others =
        [
            context with { Regime = 2 }, context with { Secure = true }, context with { Privileged = false },
            context with { MmuEnabled = false }, context with { Asid = 2 }, context with { Vmid = 1 },
        ];

        ulong[] tags = [tlb.TagOf(context), .. others.Select(c => tlb.TagOf(c))];

        Assert.That(tags, Is.Unique);
        Assert.That(tlb.TagOf(context), Is.EqualTo(tags[0]));
        Assert.That(tags.Select(t => t & ~0xff0UL), Is.All.Zero);
    }

    private sealed class Recorder : IMmioDevice
    {
        public List<BusAccess> Accesses { get; } = [];

        public string Name => "recorder";

        public ulong Length => 0x1000;

        public BusResult Read(in BusAccess access) => 0;

        public BusStatus Write(in BusAccess access, ulong value)
        {
            Accesses.Add(access);
            return BusStatus.Ok;
        }

        public void Reset(ResetKind kind) => Accesses.Clear();
    }
}
