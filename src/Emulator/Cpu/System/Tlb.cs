using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Translator;

namespace Emulator.Cpu.System;

/// <summary>
/// The software TLBs of one CPU: data in memory, devices, and instructions, all direct-mapped over 4 KiB pages. Entries carry a translation context (regime,
/// security state, ASID, VMID, privilege), so that a switch between contexts flushes nothing.
/// </summary>
internal sealed unsafe class Tlb : IDisposable
{
    /// <summary>Entries of the data TLB.</summary>
    public const int Entries = 16384;

    /// <summary>Entries of the instruction TLB.</summary>
    public const int CodeEntries = 4096;

    /// <summary>Entries of the TLB of devices.</summary>
    public const int DeviceEntries = 64;

    private const int PageShift = 12;
    private const int ContextShift = 4;
    private const int MaximumContexts = 255;
    private const int WrittenPages = 1 << 16;

    private readonly Dictionary<TranslationContext, int> _contexts = [];
    private readonly BlockFilter _blocks = new();
    private readonly DeviceTlbEntry[] _devices = new DeviceTlbEntry[DeviceEntries];
    private int _contextCount;
    private readonly TlbEntry* _data;
    private readonly CodeTlbEntry* _code;

    // Which pages of host memory may have an entry that stores pass by, by a few bits of their address.
    private readonly ulong[] _written = new ulong[WrittenPages / 64];
    private byte* _guards;
    private bool _isFilled;

    /// <summary>Creates empty TLBs.</summary>
    /// <param name="storage">Where their entries are; zero.</param>
    public Tlb(CpuStorage storage)
    {
        _data = storage.Tlb;
        _code = storage.CodeTlb;
        _guards = (byte*)NativeMemory.AllocZeroed(CodeEntries);
        Flush();
    }

    /// <summary>Counts how often all contexts were numbered anew.</summary>
    public int Generation { get; private set; }

    /// <summary>Who keeps data translations instead of this TLB, or null. Set before the first access.</summary>
    public ITranslationMirror? Mirror { get; set; }

    /// <summary>The data TLB.</summary>
    public TlbEntry* Data => _data;

    /// <summary>The instruction TLB.</summary>
    public CodeTlbEntry* Code => _code;

    /// <summary>For each entry of <see cref="Code"/>, 1 while its page is guarded (FEAT_BTI).</summary>
    public byte* CodeGuards => _guards;

    /// <summary>What generated code has accessed by way of the TLB of devices.</summary>
    public AccessSites Sites { get; } = new();

    /// <summary>The data entry that a virtual address can be in.</summary>
    public TlbEntry* EntryFor(ulong address) => _data + ((address >> 12) & (Entries - 1));

    /// <summary>The index of the instruction entry that a virtual address can be in.</summary>
    public static int CodeIndexOf(ulong address) => (int)(address >> PageShift) & (CodeEntries - 1);

    /// <summary>The instruction entry that a virtual address can be in.</summary>
    public CodeTlbEntry* CodeEntryFor(ulong address) => _code + ((address >> 12) & (CodeEntries - 1));

    /// <summary>The entry of a device that a virtual address can be in. Devices stand at round addresses, so more bits are folded into the index; neighbours still have entries of their own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref DeviceTlbEntry DeviceEntryFor(ulong address) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_devices), (nint)(((address >> 12) ^ (address >> 24)) & (DeviceEntries - 1)));

    /// <summary>The tag bits of a context. May flush everything when there are too many; so ask for both contexts of a CPU again after a flush.</summary>
    public ulong TagOf(in TranslationContext context)
    {
        if (!_contexts.TryGetValue(context, out int number))
        {
            if (_contextCount == MaximumContexts)
            {
                _contexts.Clear();
                _contextCount = 0;
                Generation++;
                Flush();
            }

            // No entry that is all zero has a tag of a context.
            number = ++_contextCount;
            _contexts.Add(context, number);
        }

        return (ulong)number << ContextShift;
    }

    /// <summary>Forgets everything.</summary>
    public void Flush()
    {
        _blocks.Clear();
        if (_isFilled)
        {
            _isFilled = false;
            Array.Clear(_written);
            new Span<byte>(_data, Entries * sizeof(TlbEntry)).Clear();
        }

        _devices.AsSpan().Fill(DeviceTlbEntry.Invalid);
        Sites.Forget();
        FlushCode();
        Mirror?.Forget();
    }

    /// <summary>Forgets where instructions are.</summary>
    public void FlushCode() => new Span<byte>(_code, CodeEntries * sizeof(CodeTlbEntry)).Fill(0xff);

    /// <summary>Remembers a block or page that entries come from.</summary>
    /// <param name="address">A virtual address that was translated.</param>
    /// <param name="blockShift">log2 of the size of what maps it.</param>
    public void NoteBlock(ulong address, int blockShift)
    {
        if (blockShift > PageShift && !_blocks.TryAdd(address, blockShift))
        {
            Flush();
            _ = _blocks.TryAdd(address, blockShift);
        }
    }

    /// <summary>
    /// Forgets the entries of the page or block that holds an address, in every context: forgetting more than asked for is always allowed, and a direct-mapped
    /// TLB has but one place to look for a page.
    /// </summary>
    /// <param name="address">Any virtual address of the page; bits 63 to 56 do not count, as they may hold a tag.</param>
    public void FlushPage(ulong address)
    {
        int shift = Math.Max(PageShift, _blocks.LargestAt(address));
        Mirror?.Forget(address, shift);
        ulong first = address >> shift << shift;
        ulong count = 1UL << (shift - PageShift);
        for (ulong i = 0; i < Math.Min(count, Entries); i++)
        {
            TlbEntry* entry = EntryFor(first + (i << PageShift));
            if (IsInBlock(entry->ReadTag, address, shift) || IsInBlock(entry->WriteTag, address, shift))
            {
                *entry = Invalid;
            }
        }

        for (ulong i = 0; i < Math.Min(count, CodeEntries); i++)
        {
            CodeTlbEntry* entry = CodeEntryFor(first + (i << PageShift));
            if (IsInBlock(entry->Tag, address, shift))
            {
                entry->Tag = TlbEntry.InvalidTag;
            }
        }

        bool isDevice = false;
        for (ulong i = 0; i < Math.Min(count, DeviceEntries); i++)
        {
            ref DeviceTlbEntry entry = ref DeviceEntryFor(first + (i << PageShift));
            if (IsInBlock(entry.ReadTag, address, shift) || IsInBlock(entry.WriteTag, address, shift))
            {
                entry = DeviceTlbEntry.Invalid;
                isDevice = true;
            }
        }

        if (isDevice)
        {
            Sites.Forget();
        }
    }

    /// <summary>
    /// Forgets all entries of the contexts that a maintenance operation names, by giving these contexts other numbers: their tags must be asked for again.
    /// </summary>
    /// <param name="invalidation">A regime, or an address space of one.</param>
    public void FlushContexts(in TlbInvalidation invalidation)
    {
        Span<bool> stale = stackalloc bool[MaximumContexts + 1];
        foreach ((TranslationContext context, int number) in _contexts)
        {
            bool isNamed = context.Regime == invalidation.Regime
                && (context.Regime != 1 || context.Secure == invalidation.Secure)
                && (invalidation.Scope == TlbScope.Regime || context.Vmid == invalidation.Vmid)
                && (invalidation.Scope != TlbScope.AddressSpace || context.Asid == invalidation.Asid);
            if (isNamed)
            {
                stale[number] = true;
                _ = _contexts.Remove(context);
            }
        }

        Mirror?.Forget(stale);
    }

    /// <summary>Remembers that data of a page of host memory is reached by an entry from now on.</summary>
    /// <param name="hostPage">The page.</param>
    /// <param name="isStore">True when stores pass.</param>
    public void NoteFilled(byte* hostPage, bool isStore)
    {
        _isFilled = true;
        if (isStore)
        {
            ulong page = (ulong)hostPage >> PageShift;
            _written[(page % WrittenPages) / 64] |= 1UL << (int)page;
        }
    }

    /// <summary>Sees to it that stores to a page of host memory come to the slow path from now on.</summary>
    public void ForbidDirectStores(byte* hostPage)
    {
        Mirror?.ForbidStores(hostPage);
        ulong page = (ulong)hostPage >> PageShift;
        if ((_written[(page % WrittenPages) / 64] & (1UL << (int)page)) == 0)
        {
            return;
        }

        for (int i = 0; i < Entries; i++)
        {
            TlbEntry* entry = _data + i;
            ulong distance = (entry->WriteTag & ~0xfffUL) + (ulong)entry->Addend - (ulong)hostPage;
            if (entry->WriteTag != TlbEntry.InvalidTag && distance % TlbEntry.Journaled == 0)
            {
                entry->WriteTag = TlbEntry.InvalidTag;
            }
        }
    }

    /// <summary>The number of the context that a tag is of.</summary>
    public static int NumberIn(ulong tag) => (int)(tag >> ContextShift) & 0xff;

    public void Dispose()
    {
        NativeMemory.Free(_guards);
        _guards = null;
    }

    private static bool IsInBlock(ulong tag, ulong address, int shift) =>
        tag != TlbEntry.InvalidTag && (((tag ^ address) & BlockFilter.AddressBits & ~TlbEntry.Journaled) >> shift) == 0;

    private static TlbEntry Invalid => new()
    {
        ReadTag = TlbEntry.InvalidTag,
        WriteTag = TlbEntry.InvalidTag,
        PhysicalPage = TlbEntry.InvalidTag,
    };
}
