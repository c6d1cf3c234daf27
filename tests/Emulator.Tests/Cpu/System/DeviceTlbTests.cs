using Emulator.Cpu;
using Emulator.Cpu.System;
using Emulator.Memory;
using Emulator.Tests.Cpu.Translator;

namespace Emulator.Tests.Cpu.System;

/// <summary>Devices are found by a TLB of their own after the first access: what a guest and a device see must not tell.</summary>
internal sealed unsafe class DeviceTlbTests
{
    private const uint LoadWord = 0xb9400041; // LDR W1, [X2]
    private const uint LoadHigherWord = 0xb8404041; // LDUR W1, [X2, #4]
    private const uint LoadUnaligned = 0xb8402041; // LDUR W1, [X2, #2]
    private const uint StoreWord = 0xb9000041; // STR W1, [X2]
    private const uint Branch = 0x1400_0000;
    private const ulong FirstBase = 0x0900_0000;
    private const ulong SecondBase = 0x0900_0200;
    private const ulong OtherBase = 0x0910_0000;

    private static readonly ushort InvalidateAddress = A64.Register(1, 0, 8, 7, 1);

    [Test]
    public void EachAccessReachesItsDeviceWithTheExactCount([Values(0u, PageTables.Device)] ulong attributes)
    {
        using var world = new CpuWorld();
        Recorder first = Map(world, FirstBase, 0x200);
        Recorder second = Map(world, SecondBase, 0x200);
        ulong address = Translate(world, FirstBase, attributes);
        for (int i = 0; i < 5; i++)
        {
            Access(world, StoreWord, address + 0x10);
            Access(world, LoadWord, address + 0x204);
            Assert.That(world.X(1), Is.EqualTo((ulong)second.Accesses.Count));
        }

        Assert.That(first.Accesses, Has.Count.EqualTo(5));
        Assert.That(second.Accesses, Has.Count.EqualTo(5));
        Assert.That(first.Accesses.Select(a => a.Offset), Is.All.EqualTo(0x10));
        Assert.That(second.Accesses.Select(a => a.Offset), Is.All.EqualTo(4));
        Assert.That(second.Counts, Is.Ordered.And.Unique);
        Assert.That(second.Counts[^1], Is.EqualTo(world.State->Retired - 1));
        Assert.That(world.Bus.DeviceAccesses, Is.EqualTo(10));
    }

    [Test]
    public void WhatLiesBehindAWindowIsABusError()
    {
        using var world = new CpuWorld();
        _ = Map(world, FirstBase, 0x200);
        ulong address = Translate(world, FirstBase, PageTables.Device);
        Access(world, LoadWord, address + 0x1fc);
        Assert.That(world.Cpu.LastException, Is.Null);
        Access(world, LoadWord, address + 0x200);
        Assert.That(world.IssAt(1) & 0x3f, Is.EqualTo((uint)FaultStatus.External));
    }

    [Test]
    public void AnUnalignedAccessToDeviceMemoryFaultsAfterAnAlignedOneToo()
    {
        using var world = new CpuWorld();
        Recorder device = Map(world, FirstBase, 0x1000);
        ulong address = Translate(world, FirstBase, PageTables.Device);
        Access(world, LoadWord, address);
        Access(world, LoadUnaligned, address);
        Assert.That(world.IssAt(1) & 0x3f, Is.EqualTo((uint)FaultStatus.Alignment));
        Assert.That(device.Accesses, Has.Count.EqualTo(1));
    }

    [Test]
    public void PermissionToReadIsNoneToWrite()
    {
        using var world = new CpuWorld();
        Recorder device = Map(world, FirstBase, 0x1000);
        ulong address = Translate(world, FirstBase, PageTables.Device | PageTables.ReadOnly);
        Access(world, LoadWord, address);
        Access(world, StoreWord, address);
        Assert.That(world.ClassAt(1), Is.EqualTo(ExceptionClass.DataAbort));
        Assert.That(device.Accesses, Has.Count.EqualTo(1));
    }

    [Test]
    public void AnInvalidatedPageLeadsToItsNewDevice()
    {
        using var world = new CpuWorld();
        Recorder first = Map(world, FirstBase, 0x1000);
        Recorder other = Map(world, OtherBase, 0x1000);
        var tables = new PageTables(world);
        ulong address = Translate(world, tables, FirstBase, PageTables.Device);
        Access(world, LoadWord, address);
        _ = tables.Map(5, OtherBase, PageTables.Device);
        Access(world, LoadWord, address);
        Assert.That(first.Accesses, Has.Count.EqualTo(2), "nothing was invalidated yet");
        world.SetX(3, address >> 12);
        world.Execute(A64.Write(InvalidateAddress, 3));
        Access(world, LoadWord, address);
        Assert.That(other.Accesses, Has.Count.EqualTo(1));
    }

    [Test]
    public void ABusErrorOfTheDeviceIsAnExternalAbort()
    {
        using var world = new CpuWorld();
        Recorder device = Map(world, FirstBase, 0x1000);
        ulong address = Translate(world, FirstBase, PageTables.Device);
        Access(world, LoadWord, address);
        device.Status = BusStatus.Error;
        Access(world, StoreWord, address);
        Assert.That(world.IssAt(1) & 0x3f, Is.EqualTo((uint)FaultStatus.External));
        Assert.That(world[SystemRegisterSlot.FarEl1], Is.EqualTo(address));
        device.Status = BusStatus.Pending;
        Access(world, LoadWord, address);
        Assert.That(world.Cpu.IsParked, Is.True);
        Assert.That(world.Pc, Is.EqualTo(CpuWorld.Code));
    }

    [Test]
    public void DevicesSeeTheSameCountsWithTheTranslator()
    {
        using var world = new TranslatorWorld();
        Recorder[] devices = [.. world.Both.Select(w => Map(w, FirstBase, 0x1000))];
        world.ForBoth(w =>
        {
            w.Write(CpuWorld.Code, 0x9100_0463, LoadWord, 0xca01_00a5, StoreWord, LoadHigherWord, 0xd100_0484, 0xb5ff_ff44, Branch);
            w.State->Pc = CpuWorld.Code;
            w.SetX(2, FirstBase);
            w.SetX(4, 1000);
        });
        for (int i = 0; i < 100; i++)
        {
            world.Run(13);
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(devices[1].Accesses, Has.Count.GreaterThan(500));
        Assert.That(devices[1].Accesses, Is.EqualTo(devices[0].Accesses));
        Assert.That(devices[1].Counts, Is.EqualTo(devices[0].Counts));
    }

    [Test]
    public void OneInstructionReachesTheDeviceThatItsAddressLeadsTo([Values(LoadWord, StoreWord)] uint access)
    {
        const uint exchange = 0xca06_0042; // EOR X2, X2, X6
        using var world = new TranslatorWorld();
        Recorder[] first = [.. world.Both.Select(w => Map(w, FirstBase, 0x200))];
        Recorder[] second = [.. world.Both.Select(w => Map(w, SecondBase, 0x200))];
        Recorder[] other = [.. world.Both.Select(w => Map(w, OtherBase, 0x1000))];
        foreach (ulong address in new[] { SecondBase, OtherBase, FirstBase + 8 })
        {
            world.ForBoth(w =>
            {
                Loop(w, access, 0x9100_0463, exchange);
                w.SetX(6, FirstBase ^ address);
            });
            world.Run(200);
            world.AssertSame(() => $"{address:x}");
        }

        foreach (Recorder[] devices in new[] { first, second, other })
        {
            Assert.That(devices[1].Accesses, Has.Count.GreaterThan(20));
            Assert.That(devices[1].Accesses, Is.EqualTo(devices[0].Accesses));
            Assert.That(devices[1].Counts, Is.EqualTo(devices[0].Counts));
        }
    }

    [Test]
    public void AnInstructionInALoopReachesTheNewDeviceOfAnInvalidatedPage()
    {
        using var world = new TranslatorWorld(enters: false);
        Recorder[] devices = [.. world.Both.Select(w => Map(w, OtherBase, 0x1000))];
        world.ForBoth(w =>
        {
            _ = Map(w, FirstBase, 0x1000);
            var tables = new PageTables(w);
            ulong address = Translate(w, tables, FirstBase, PageTables.Device);
            Loop(w, LoadWord, 0x9100_0463, StoreWord);
            w.SetX(2, address);
        });
        world.Run(100);
        world.ForBoth(w =>
        {
            _ = new PageTables(w).Map(5, OtherBase, PageTables.Device);
            w.Cpu.Tlb.FlushPage(w.X(2));
        });
        world.Run(100);
        world.AssertSame(() => "after the change");
        Assert.That(devices[1].Accesses, Has.Count.GreaterThan(40));
        Assert.That(devices[1].Accesses, Is.EqualTo(devices[0].Accesses));
    }

    [Test]
    public void EveryWidthAndSignIsLoadedAsByTheInterpreter()
    {
        uint[] loads =
        [
            0x3940_0041, // ldrb w1, [x2]
            0x3980_0041, // ldrsb x1, [x2]
            0x39c0_0041, // ldrsb w1, [x2]
            0x7940_0041, // ldrh w1, [x2]
            0x7980_0041, // ldrsh x1, [x2]
            0x79c0_0041, // ldrsh w1, [x2]
            0xb940_0041, // ldr w1, [x2]
            0xb980_0041, // ldrsw x1, [x2]
            0xf940_0041, // ldr x1, [x2]
            0xf863_6841, // ldr x1, [x2, x3]
            0xb940_005f, // ldr wzr, [x2]
        ];
        foreach (uint load in loads)
        {
            using var world = new TranslatorWorld();
            foreach (CpuWorld one in world.Both)
            {
                Map(one, FirstBase, 0x1000).Value = 0xfedc_ba98_f654_b2f0;
                one.Write(CpuWorld.Code, load, 0xca01_00a5, 0x3900_0041, 0xf900_0041, 0xd100_0484, 0xb5ff_ff64, Branch);
                one.State->Pc = CpuWorld.Code;
                one.SetX(2, FirstBase);
                one.SetX(3, 8);
                one.SetX(4, 20);
            }

            world.Run(100);
            world.AssertSame(() => $"{load:x8}");
        }
    }

    [Test]
    public void AnInterruptThatAnAccessRaisesIsTakenRightBehindIt([Values(LoadWord, StoreWord)] uint access)
    {
        using var world = new TranslatorWorld();
        world.ForBoth(w =>
        {
            Recorder device = Map(w, FirstBase, 0x1000);
            device.Accessed = () => w.Cpu.Irq.Set(device.Accesses.Count % 3 == 0);
            w.Write(w[SystemRegisterSlot.VbarEl1] + 0x280, 0x9100_0463, access, A64.Eret);
            w.Write(CpuWorld.Code, A64.DaifClr(2), 0x9100_0463, access, 0x9100_0463, 0xd100_0484, 0xb5ff_ff84, Branch);
            w.State->Pc = CpuWorld.Code;
            w.SetX(2, FirstBase);
            w.SetX(4, 300);
        });
        for (int i = 0; i < 150; i++)
        {
            world.RunWithInterrupts(7);
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(world.Translated.Cpu.ExceptionCounts[(int)ExceptionKind.Irq], Is.GreaterThan(30));
        Assert.That(world.Translated[SystemRegisterSlot.ElrEl1], Is.EqualTo(CpuWorld.Code + 12));
    }

    [Test]
    public void AnAccessThatFailsAmongOthersIsAnAbortOfItsInstruction([Values(LoadWord, StoreWord)] uint access)
    {
        using var world = new TranslatorWorld();
        world.ForBoth(w =>
        {
            Recorder device = Map(w, FirstBase, 0x1000);
            device.Accessed = () => device.Status = device.Accesses.Count % 5 == 0 ? BusStatus.Error : BusStatus.Ok;
            Loop(w, 0x9100_0463, access, 0x9100_0463, LoadWord);
        });
        for (int i = 0; i < 60; i++)
        {
            world.Run(17);
            world.AssertSame(() => $"run {i}");
        }

        Assert.That(world.Translated.Cpu.ExceptionCounts[(int)ExceptionKind.DataAbort], Is.GreaterThan(30));
    }

    [Test]
    public void AnAccessWithoutAnAnswerIsRepeatedWhenThereIsOne([Values(LoadWord, StoreWord)] uint access)
    {
        using var world = new TranslatorWorld();
        world.ForBoth(w =>
        {
            Recorder device = Map(w, FirstBase, 0x1000);
            device.Accessed = () => device.Status = device.Accesses.Count % 4 == 0 ? BusStatus.Pending : BusStatus.Ok;
            Loop(w, 0x9100_0463, access, 0x9100_0463, LoadWord);
        });
        int parked = 0;
        for (int i = 0; i < 60; i++)
        {
            world.Run(17);
            world.AssertSame(() => $"run {i}");
            Assert.That(world.Translated.Cpu.IsParked, Is.EqualTo(world.Interpreted.Cpu.IsParked));
            parked += world.Translated.Cpu.IsParked ? 1 : 0;
            world.ForBoth(w => w.Cpu.IsParked = false);
        }

        Assert.That(parked, Is.GreaterThan(30));
    }

    [Test]
    public void CodeThatADeviceChangesBehindItsAccessIsExecutedAsChanged([Values(LoadWord, StoreWord)] uint access)
    {
        using var world = new TranslatorWorld();
        world.ForBoth(w =>
        {
            Recorder device = Map(w, FirstBase, 0x1000);
            Loop(w, 0x9100_0463, access, 0x9100_0463, LoadWord);
            device.Accessed = () => w.Bus.Write(CpuWorld.Code + 8, 0x9100_0463 + ((uint)device.Accesses.Count % 7 << 10), 4, BusInitiator.Host, secure: false);
        });
        for (int i = 0; i < 60; i++)
        {
            world.Run(17);
            world.AssertSame(() => $"run {i}");
        }
    }

    [Test]
    public void ExceptionsOfFloatsBeforeAnAccessAreStillInFpsrBehindOthers()
    {
        const uint divide = 0x1e62_1820; // FDIV D0, D1, D2
        const uint readStatus = 0xd53b_4426; // MRS X6, FPSR
        using var world = new TranslatorWorld();
        world.ForBoth(w =>
        {
            _ = Map(w, FirstBase, 0x1000);
            Loop(w, divide, LoadWord, StoreWord, 0x9100_0463, LoadWord, readStatus);
            w.State->V[2] = (ulong)BitConverter.DoubleToInt64Bits(1);
            w.State->V[4] = (ulong)BitConverter.DoubleToInt64Bits(3);
        });
        world.Run(100);
        world.AssertSame(() => "inexact");
        Assert.That(world.Translated.X(6), Is.EqualTo(1 << 4));
        world.ForBoth(w => w.State->V[4] = 0);
        world.Run(17);
        world.AssertSame(() => "divided by zero");
        Assert.That(world.Translated.X(6), Is.EqualTo((1 << 4) | (1 << 1)));
    }

    // Instructions again and again, with X2 at a device.
    private static void Loop(CpuWorld world, params uint[] instructions)
    {
        world.Write(CpuWorld.Code, [.. instructions, Branch | (0x3ff_ffff & (uint)-instructions.Length)]);
        world.State->Pc = CpuWorld.Code;
        world.SetX(2, FirstBase);
    }

    private static Recorder Map(CpuWorld world, ulong address, ulong length)
    {
        var device = new Recorder(() => world.State->Retired, $"recorder@{address:x}", length);
        world.Bus.MapDevice(address, device);
        return device;
    }

    private static ulong Translate(CpuWorld world, ulong physical, ulong attributes) => Translate(world, new PageTables(world), physical, attributes);

    private static ulong Translate(CpuWorld world, PageTables tables, ulong physical, ulong attributes)
    {
        world[SystemRegisterSlot.Ttbr0El1] = tables.Root;
        world[SystemRegisterSlot.TcrEl1] = PageTables.Control;
        world[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        world[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable;
        _ = world.Enter(1);
        return tables.Map(5, physical, attributes);
    }

    private static void Access(CpuWorld world, uint instruction, ulong address)
    {
        world.SetX(2, address);
        world.Execute(instruction);
    }

    private sealed class Recorder(Func<long> retired, string name, ulong length) : IMmioDevice
    {
        public List<BusAccess> Accesses { get; } = [];

        public List<long> Counts { get; } = [];

        public BusStatus Status { get; set; } = BusStatus.Ok;

        public ulong? Value { get; set; }

        public Action? Accessed { get; set; }

        public string Name => name;

        public ulong Length => length;

        public BusResult Read(in BusAccess access)
        {
            Note(access);
            return Status == BusStatus.Ok ? (Value ?? (ulong)Accesses.Count) & (ulong.MaxValue >> (64 - (8 * access.Size))) : new BusResult(Status, 0);
        }

        public BusStatus Write(in BusAccess access, ulong value)
        {
            Note(access);
            return Status;
        }

        public void Reset(ResetKind kind) => Accesses.Clear();

        private void Note(in BusAccess access)
        {
            Accesses.Add(access);
            Counts.Add(retired());
            Accessed?.Invoke();
        }
    }
}
