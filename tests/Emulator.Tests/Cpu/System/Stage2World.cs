using Emulator.Cpu;
using Emulator.Cpu.System;

namespace Emulator.Tests.Cpu.System;

/// <summary>
/// A <see cref="CpuWorld"/> at EL1 or EL0 under a stage 2 with 4 KiB granules and 39-bit intermediate addresses: all RAM stands for itself, and single pages can be
/// mapped at <see cref="PageTables.Window"/>. HVC leads to EL2.
/// </summary>
internal sealed class Stage2World : IDisposable
{
    public const ulong Readable = 1 << 6;
    public const ulong Writable = 1 << 7;
    public const ulong Normal = 0xf << 2;
    public const ulong Device = 1 << 2;
    public const ulong ExecuteNever = 1UL << 54;
    public const ulong All = Readable | Writable | Normal;

    /// <summary>VTCR_EL2: T0SZ = 25, SL0 = 1, 40 bits of output.</summary>
    public const ulong Control = 25 | (1 << 6) | (2UL << 16);

    public Stage2World(CpuModel? model = null)
    {
        Cpu = new CpuWorld(model);
        Tables = MapAllOnItself(Cpu);
        Stage1 = new PageTables(Cpu);
        Cpu[SystemRegisterSlot.HcrEl2] |= HypervisorConfiguration.VirtualMemory;
        Cpu[SystemRegisterSlot.ScrEl3] |= SecureConfiguration.HypervisorCallEnable;
    }

    public CpuWorld Cpu { get; }

    /// <summary>The tables of stage 2.</summary>
    public PageTables Tables { get; }

    /// <summary>The tables of stage 1, off unless <see cref="TurnOnStage1"/> was called: the window of virtual addresses is its own.</summary>
    public PageTables Stage1 { get; }

    public Stage2World TurnOnStage1()
    {
        Cpu[SystemRegisterSlot.Ttbr0El1] = Stage1.Root;
        Cpu[SystemRegisterSlot.TcrEl1] = PageTables.Control;
        Cpu[SystemRegisterSlot.MairEl1] = PageTables.Attributes;
        Cpu[SystemRegisterSlot.SctlrEl1] |= SystemControl.MmuEnable;
        return this;
    }

    /// <summary>Makes the tables of a stage 2 that is off yet.</summary>
    public static PageTables MapAllOnItself(CpuWorld world)
    {
        PageTables tables = new(world, CpuWorld.RamBase + 0xa0_0000, All);
        world[SystemRegisterSlot.VtcrEl2] = Control;
        world[SystemRegisterSlot.VttbrEl2] = tables.Root;
        return tables;
    }

    /// <summary>Maps a page of the window of intermediate addresses.</summary>
    public ulong Map(int page, ulong physical, ulong attributes) => Tables.Map(page, physical, attributes);

    /// <summary>Executes an instruction with X2 as given.</summary>
    public void Access(uint instruction, ulong address)
    {
        Cpu.SetX(2, address);
        Cpu.Execute(instruction);
    }

    public void Dispose() => Cpu.Dispose();
}
