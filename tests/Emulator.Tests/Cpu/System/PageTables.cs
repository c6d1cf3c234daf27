namespace Emulator.Tests.Cpu.System;

/// <summary>
/// Page tables with the 4 KiB granule for 39-bit addresses in a <see cref="CpuWorld"/>: all RAM is mapped onto itself in 2 MiB blocks, and single pages can be
/// mapped at <see cref="Window"/>.
/// </summary>
internal sealed class PageTables
{
    /// <summary>Where the pages are that tests map as they like: 512 of them.</summary>
    public const ulong Window = 0x10_0000_0000;

    public const ulong Read = 0;
    public const ulong Device = 1 << 2;
    public const ulong NonGlobal = 1 << 11;
    public const ulong AccessFlag = 1 << 10;
    public const ulong User = 1 << 6;
    public const ulong ReadOnly = 1 << 7;
    public const ulong PrivilegedExecuteNever = 1UL << 53;
    public const ulong ExecuteNever = 1UL << 54;

    /// <summary>MAIR_ELx: attribute 0 is Normal write-back, 1 Device-nGnRE.</summary>
    public const ulong Attributes = 0x04ff;

    /// <summary>TCR_EL1: both ranges 39 bits, 4 KiB granules, 40-bit physical addresses.</summary>
    public const ulong Control = 25 | (25 << 16) | (2UL << 30) | (2UL << 32);

    private readonly CpuWorld _world;
    private readonly ulong _last;

    public PageTables(CpuWorld world, ulong at = CpuWorld.RamBase + 0x80_0000, ulong attributesOfRam = 0)
    {
        _world = world;
        Root = at;
        ulong middle = at + 0x1000;
        ulong windowMiddle = at + 0x2000;
        _last = at + 0x3000;
        world.Write64(Root + ((CpuWorld.RamBase >> 30) * 8), middle | 3);
        for (ulong i = 0; i < CpuWorld.RamSize >> 21; i++)
        {
            ulong block = CpuWorld.RamBase + (i << 21);
            world.Write64(middle + (((block >> 21) & 511) * 8), block | AccessFlag | attributesOfRam | 1);
        }

        world.Write64(Root + ((Window >> 30) * 8), windowMiddle | 3);
        world.Write64(windowMiddle, _last | 3);
    }

    /// <summary>What TTBR holds.</summary>
    public ulong Root { get; }

    /// <summary>Physical address of page n of the RAM that tests map.</summary>
    public static ulong PageAt(int n) => CpuWorld.RamBase + 0x40_0000 + ((ulong)n << 12);

    /// <summary>Maps a page of <see cref="Window"/>.</summary>
    public ulong Map(int page, ulong physical, ulong attributes)
    {
        _world.Write64(_last + ((ulong)page * 8), physical | attributes | AccessFlag | 3);
        return Window + ((ulong)page << 12);
    }

    /// <summary>Writes any descriptor for a page of <see cref="Window"/>.</summary>
    public ulong Set(int page, ulong descriptor)
    {
        _world.Write64(_last + ((ulong)page * 8), descriptor);
        return Window + ((ulong)page << 12);
    }
}
