using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Snapshots;

namespace Emulator.Tests.Cpu.System;

[TestFixture]
internal sealed unsafe class ProcessorSnapshotTests
{
    [Test]
    public void WhatIsSavedIsLoadedIntoAnotherCpu()
    {
        using CpuWorld world = new CpuWorld().Enter(1, mask: 0x80);
        for (int i = 0; i < 31; i++)
        {
            world.SetX(i, (ulong)i * 0x0101_0101);
        }

        world.State->V[63] = 0x7777;
        world.State->FloatingPointControl = 0x0040_0000;
        world.State->ExclusiveSet = 1;
        world.State->ExclusiveAddress = 0x4000_0040;
        world[SystemRegisterSlot.TpidrEl2] = 0x1234;
        world.Cpu.Irq.Set(true);
        world.Execute(A64.Svc(0));
        world.Execute(A64.DaifClr(4), world.Pc);
        byte[] saved = Save(world.Cpu);

        using CpuWorld other = new();
        other.Cpu.Load(new SnapshotReader(saved));
        Assert.That(Save(other.Cpu), Is.EqualTo(saved));
        Assert.That(other.Pc, Is.EqualTo(world.Pc));
        Assert.That(other.Cpu.GetProcessState(), Is.EqualTo(world.Cpu.GetProcessState()));
        Assert.That(other.State->AlignmentMask, Is.EqualTo(world.State->AlignmentMask));
        Assert.That(other.Cpu.ExceptionCounts.ToArray(), Is.EqualTo(world.Cpu.ExceptionCounts.ToArray()));
    }

    [Test]
    public void APendingInterruptIsTakenAfterLoading()
    {
        using CpuWorld world = new CpuWorld().Enter(1, mask: 0);
        world.Cpu.Irq.Set(true);
        byte[] saved = Save(world.Cpu);

        using CpuWorld other = new();
        other.Cpu.Load(new SnapshotReader(saved));
        Assert.That(other.State->ExitRequest, Is.Not.Zero);
        Assert.That(other.Cpu.TakePendingInterrupt(), Is.True);
        Assert.That(other.Pc, Is.EqualTo(CpuWorld.VectorsOf(1) + 0x280));
    }

    [Test]
    public void WaitingGoesOnAfterLoading()
    {
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Execute(A64.Wfi);
        byte[] saved = Save(world.Cpu);
        using CpuWorld other = new();
        other.Cpu.Load(new SnapshotReader(saved));
        Assert.That(other.Cpu.Wait, Is.EqualTo(WaitKind.Interrupt));
    }

    [Test]
    public void AnotherModelRefuses()
    {
        using CpuWorld world = new();
        using CpuWorld other = new(CpuModel.CortexA53);
        Assert.That(() => other.Cpu.Load(new SnapshotReader(Save(world.Cpu))), Throws.TypeOf<SnapshotException>().With.Message.Contains("cortex-a57"));
    }

    [Test]
    public void ResetForgetsEverythingButTheInputs()
    {
        using CpuWorld fresh = new();
        fresh.Cpu.Reset();
        fresh.State->Retired = 0;
        using CpuWorld world = new CpuWorld().Enter(1);
        world.Execute(A64.Wfi);
        world.Cpu.Reset();
        world.State->Retired = 0;
        Assert.That(world.Cpu.Wait, Is.EqualTo(WaitKind.None));
        Assert.That(world.Cpu.ExceptionLevel, Is.EqualTo(3));
        Assert.That(world.Cpu.GetProcessState(), Is.EqualTo(fresh.Cpu.GetProcessState()));
        Assert.That(world[SystemRegisterSlot.ElrEl3], Is.Zero);
    }

    private static byte[] Save(Processor processor)
    {
        SnapshotWriter writer = new();
        processor.Save(writer);
        return writer.ToArray();
    }
}
