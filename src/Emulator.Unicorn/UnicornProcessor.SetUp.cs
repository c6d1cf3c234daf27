using System.Runtime.InteropServices;
using Emulator.Cpu;
using Emulator.Memory;

namespace Emulator.Unicorn;

/// <summary>
/// How libunicorn comes to be at EL0 under our tables. Whether it checks alignment it derives from its system registers only at instructions such as ERET, so that a context of
/// each kind is made once and put in place when it is needed.
/// </summary>
internal sealed unsafe partial class UnicornProcessor
{
    private const uint Eret = 0xd69f_03e0;
    private const uint Nop = 0xd503_201f;
    private const int ContextKinds = 2;

    // TCR_EL1: 48 bits in both ranges, 4 KiB granules, 44 bits of physical address. MAIR_EL1: attribute 0 is Normal.
    private const ulong TranslationControl = 16 | (16UL << 16) | (2UL << 30) | (4UL << 32);
    private const ulong MemoryAttributes = 0xff;

    // SCTLR_EL1: what is RES1; nTWI, nTWE, UMA, UCT and UCI are clear, so that EL0 can do none of these. DZE: with the guest's MMU off, DC ZVA must fault.
    private const ulong SystemControlBase = 0x30d0_0800;
    private const ulong SystemControlMmu = 1;
    private const ulong SystemControlAlignment = 2;
    private const ulong SystemControlZeroBlock = 1 << 14;

    // SCR_EL3: EL1 in AArch64, Non-secure, HVC; HCR_EL2: EL1 in AArch64.
    private const ulong SecureConfiguration = 0x531;
    private const ulong HypervisorConfiguration = 1UL << 31;
    private const ulong FloatingPointEnable = 3UL << 20;
    private const ulong UserMode = 0x3c0;

    private static readonly UnicornSystemRegister ScrEl3 = new(3, 6, 1, 1, 0);
    private static readonly UnicornSystemRegister HcrEl2 = new(3, 4, 1, 1, 0);
    private static readonly UnicornSystemRegister SctlrEl1 = new(3, 0, 1, 0, 0);
    private static readonly UnicornSystemRegister CpacrEl1 = new(3, 0, 1, 0, 2);
    private static readonly UnicornSystemRegister Ttbr0El1 = new(3, 0, 2, 0, 0);
    private static readonly UnicornSystemRegister Ttbr1El1 = new(3, 0, 2, 0, 1);
    private static readonly UnicornSystemRegister TcrEl1 = new(3, 0, 2, 0, 2);
    private static readonly UnicornSystemRegister SpsrEl1 = new(3, 0, 4, 0, 0);
    private static readonly UnicornSystemRegister ElrEl1 = new(3, 0, 4, 0, 1);
    private static readonly UnicornSystemRegister MairEl1 = new(3, 0, 10, 2, 0);
    private static readonly UnicornSystemRegister TlbiVmalle1 = new(1, 0, 8, 7, 0);
    private static readonly UnicornSystemRegister TlbiVae1 = new(1, 0, 8, 7, 1);

    private readonly UnicornContext?[] _contexts = new UnicornContext?[ContextKinds];
    private int _kind;

    // libunicorn checks virtual addresses against its physical map before it translates them: nothing may be unmapped, or its state is lost.
    private void MapMemory()
    {
        MapHole(0, UnicornMemory.Start);
        foreach (GuestRam memory in _memory.Memories)
        {
            Map(_memory.AddressOf(memory)!.Value, memory.Pointer, memory.Length);
        }

        Map(_memory.End, _tables.Memory, MirrorTables.Length);
        ulong end = _memory.End + MirrorTables.Length;
        MapHole(end, 0 - end);
    }

    private void Map(ulong address, byte* memory, ulong length) =>
        UnicornLibrary.Check("uc_mem_map_ptr", UnicornLibrary.MapMemory(_handle, address, (nuint)length, UnicornPermissions.All, memory));

    private void MapHole(ulong address, ulong length) =>
        UnicornLibrary.Check("uc_mmio_map", UnicornLibrary.MapDevice(_handle, address, (nuint)length, &ReadHole, 0, &WriteHole, 0));

    private void AddHooks()
    {
        nint self = GCHandle.ToIntPtr(_self);
        UnicornLibrary.Check("uc_hook_add", UnicornLibrary.AddInterruptHook(_handle, &OnInterrupt, self));
        UnicornLibrary.Check("uc_hook_add", UnicornLibrary.AddFetchProtectedHook(_handle, &OnFetchProtected, self));
        UnicornLibrary.Check("uc_ctl(UC_CTL_UC_USE_EXITS)", UnicornLibrary.DisableExits(_handle));
        if (IsStepping)
        {
            UnicornLibrary.Check("uc_hook_add", UnicornLibrary.AddWriteHook(_handle, &OnWrite, self));
        }
    }

    private void SetUp()
    {
        uint* code = (uint*)_tables.Memory;
        code[0] = Eret;
        code[1] = Nop;
        Write(ScrEl3, SecureConfiguration);
        Write(HcrEl2, HypervisorConfiguration);
        Write(TcrEl1, TranslationControl);
        Write(MairEl1, MemoryAttributes);
        Write(CpacrEl1, FloatingPointEnable);
        using UnicornContext atReset = Save();
        for (int kind = 0; kind < ContextKinds; kind++)
        {
            UnicornLibrary.Check("uc_context_restore", UnicornLibrary.RestoreContext(_handle, atReset));
            ulong control = SystemControlBase | (kind == ContextOf(checksAlignment: true) ? SystemControlAlignment : SystemControlZeroBlock);
            Write(SctlrEl1, control);
            Write(SpsrEl1, UserMode);
            Write(ElrEl1, _memory.End + 4);
            UnicornLibrary.Check("uc_emu_start", UnicornLibrary.Start(_handle, _memory.End, 0, 0, 1));
            Write(SctlrEl1, control | SystemControlMmu);
            _contexts[kind] = Save();
        }

        code[0] = 0;
        code[1] = 0;
        _kind = ContextKinds - 1;
        _context = -1;
        _forgetAll = true;
        if (!IsStepping)
        {
            // Now, as the blocks of the start above are translated without it.
            UnicornLibrary.Check("uc_hook_add", UnicornLibrary.AddBlockHook(_handle, &OnBlock, GCHandle.ToIntPtr(_self)));
        }
    }

    private static int ContextOf(bool checksAlignment) => checksAlignment ? 1 : 0;

    private UnicornContext Save()
    {
        UnicornLibrary.Check("uc_context_alloc", UnicornLibrary.AllocateContext(_handle, out UnicornContext context));
        UnicornLibrary.Check("uc_context_save", UnicornLibrary.SaveContext(_handle, context));
        return context;
    }

    // Puts in place the context and tables that fit the processor's state.
    private void EnterContext()
    {
        CpuState* state = _processor.State;
        int kind = ContextOf(state->AlignmentMask != 0);
        if (kind != _kind)
        {
            UnicornLibrary.Check("uc_context_restore", UnicornLibrary.RestoreContext(_handle, _contexts[kind]!));
            _kind = kind;
            _context = -1;
            _vectorsAreKnown = false;
        }

        EnterTables(Emulator.Cpu.System.Tlb.NumberIn(state->TlbContext));
    }

    private void Write(UnicornSystemRegister register, ulong value)
    {
        register.Value = value;
        UnicornLibrary.Check("uc_reg_write", UnicornLibrary.WriteRegister(_handle, UnicornRegister.SystemRegister, &register));
    }

    [UnmanagedCallersOnly]
    private static byte OnFetchProtected(nint engine, int type, ulong address, int size, long value, nint argument) => 1;

    [UnmanagedCallersOnly]
    private static ulong ReadHole(nint engine, ulong offset, uint size, nint argument) => 0;

    [UnmanagedCallersOnly]
    private static void WriteHole(nint engine, ulong offset, uint size, ulong value, nint argument)
    {
    }
}
