using Emulator.Boards;
using Emulator.Interrupts;
using Emulator.Memory;

namespace Emulator.Tests.Interrupts;

/// <summary>Interrupt controllers as the machine wires them: from a source to a CPU's vector, with small guests.</summary>
[TestFixture]
internal sealed class MachineInterruptTests
{
    // Offset of the vector for IRQs of the current level in a table of vectors, in instructions.
    private const int IrqVector = 0x280 / 4;
    private const ulong Distributor = 0x0800_0000;
    private const ulong CpuInterface = 0x0801_0000;

    [Test]
    public void AHypervisorGivesItsGuestAVirtualInterrupt()
    {
        const ulong list = (1ul << 62) | (1ul << 60) | (0x80ul << 48) | 77;
        GuestAssembler hypervisor = new GuestAssembler()
            .Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0)
            .Load(0, 0x8000_0010).WriteSystemRegister(SystemRegisterAccess.Encode(3, 4, 1, 1, 0), 0)
            .Load(0, 1).WriteSystemRegister(GicSystemRegister.HypervisorControl, 0)
            .Load(0, 0xff00_0002).WriteSystemRegister(GicSystemRegister.VirtualMachineControl, 0)
            .Load(0, list).WriteSystemRegister(GicSystemRegister.ListRegister, 0)
            .Load(0, 5).WriteSystemRegister(SystemRegisterAccess.Encode(3, 4, 4, 0, 0), 0)
            .Load(0, GuestMachine.VectorBase).WriteSystemRegister(SystemRegisterAccess.Encode(3, 4, 4, 0, 1), 0)
            .ExceptionReturn();
        GuestAssembler guest = Vectors();
        _ = guest.ReadSystemRegister(1, GicSystemRegister.Acknowledge1).WriteSystemRegister(GicSystemRegister.EndOfInterrupt1, 1).Load(2, 1).Stop();
        using Machine machine = GuestMachine.Create(hypervisor, new BoardOptions { MemorySize = 16.MiB(), ExceptionLevel = 2 }, guest);
        _ = machine.RunFor(200);

        Assert.That((machine.Register(1), machine.Register(2)), Is.EqualTo((77, 1)));
        Assert.That(((GicV3)machine.Devices.Gic).CpuInterface(0).Virtual!.FreeListRegisters, Is.EqualTo(15));
    }

    [Test]
    public void ATimerReachesItsCpuThroughAGicV2()
    {
        GuestAssembler guest = new GuestAssembler()
            .Load(0, GuestMachine.VectorBase).WriteSystemRegister(GuestMachine.VectorBaseAddress, 0)
            .Load(3, Distributor).Load(4, CpuInterface).Load(0, 1).StoreWord(0, 3).StoreWord(0, 4)
            .Load(1, 0xff).StoreWord(1, 4, 4)
            .Load(1, 1 << 27).StoreWord(1, 3, 0x100)
            .Load(1, 1000).WriteSystemRegister(GuestMachine.VirtualTimerCompare, 1).WriteSystemRegister(GuestMachine.VirtualTimerControl, 0)
            .EnableInterrupts().WaitForInterrupt().Stop();
        GuestAssembler vectors = Vectors();
        _ = vectors.LoadWord(1, 4, 0x0c).WriteSystemRegister(GuestMachine.VirtualTimerControl, GuestAssembler.Zero).StoreWord(1, 4, 0x10).Load(2, 1).Stop();
        using Machine machine = GuestMachine.Create(guest, new BoardOptions { MemorySize = 16.MiB(), GicVersion = 2 }, vectors);
        _ = machine.RunFor(100_000);

        Assert.That((machine.Register(1), machine.Register(2)), Is.EqualTo((27, 1)));
        Assert.That(machine.ReadWord(Distributor + 0x300), Is.Zero);
        Assert.That(machine.ReadWord(CpuInterface + 0x14), Is.EqualTo(0xff));
    }

    [TestCase(3, 0x0809_0040ul)]
    [TestCase(2, 0x0802_0040ul)]
    public void MessagesHaveATarget(int gicVersion, ulong address)
    {
        using Machine machine = GuestMachine.Create(new GuestAssembler().Stop(), new BoardOptions { MemorySize = 16.MiB(), GicVersion = gicVersion });

        _ = machine.Bus.Write(Distributor + 0xc14, 2, 4, BusInitiator.Cpu(0), secure: false);
        Assert.That(machine.Devices.Messages.Send(address, 80, BusInitiator.Pci(8)), Is.EqualTo(BusStatus.Ok));
        Assert.That(machine.Devices.Messages.Send(0x0807_0040, 80, BusInitiator.Pci(8)), Is.EqualTo(BusStatus.Error));
        Assert.That(machine.ReadWord(Distributor + 0x208), Is.EqualTo(gicVersion == 2 ? 1u << 16 : 0), "the SPI of the message frame, by edge");
    }

    // An endless loop at the start, which a guest of EL1 may be entered at, and room up to the vector for IRQs.
    private static GuestAssembler Vectors()
    {
        GuestAssembler vectors = new GuestAssembler().Stop();
        while (vectors.Here < IrqVector)
        {
            _ = vectors.Nop();
        }

        return vectors;
    }
}
