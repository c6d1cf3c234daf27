using System.Runtime.InteropServices;
using Emulator.Cpu.Interpreter;

namespace Emulator.Cpu.System;

/// <summary>
/// The software TLBs of one CPU: data and instructions, both direct-mapped over 4 KiB pages. Entries carry a translation context (regime, security state,
/// ASID, VMID, privilege), so that a switch between contexts flushes nothing.
/// </summary>
internal sealed unsafe class Tlb : IDisposable
{
    /// <summary>Entries of the data TLB.</summary>
    public const int Entries = 1024;

    /// <summary>Entries of the instruction TLB.</summary>
    public const int CodeEntries = 1024;

    private const int PageShift = 12;
    private const int ContextShift = 4;

    // Without the byte that may be a tag.
    private const ulong AddressBits = (1UL << 56) - 1;
    private const int MaximumContexts = 255;

    private readonly Dictionary<TranslationContext, int> _contexts = [];
    private readonly int[] _largestBlock = new int[2];
    private TlbEntry* _data;
    private CodeTlbEntry* _code;
    private byte* _guards;

    public Tlb()
    {
        _data = (TlbEntry*)NativeMemory.AlignedAlloc((nuint)(Entries * sizeof(TlbEntry)), 64);
        _code = (CodeTlbEntry*)NativeMemory.AlignedAlloc((nuint)(CodeEntries * sizeof(CodeTlbEntry)), 64);
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

    /// <summary>The data entry that a virtual address can be in.</summary>
    public TlbEntry* EntryFor(ulong address) => _data + ((address >> 12) & (Entries - 1));

    /// <summary>The index of the instruction entry that a virtual address can be in.</summary>
    public static int CodeIndexOf(ulong address) => (int)(address >> PageShift) & (CodeEntries - 1);

    /// <summary>The instruction entry that a virtual address can be in.</summary>
    public CodeTlbEntry* CodeEntryFor(ulong address) => _code + ((address >> 12) & (CodeEntries - 1));

    /// <summary>The tag bits of a context. May flush everything when there are too many; so ask for both contexts of a CPU again after a flush.</summary>
    public ulong TagOf(in TranslationContext context)
    {
        if (!_contexts.TryGetValue(context, out int number))
        {
            if (_contexts.Count == MaximumContexts)
            {
                _contexts.Clear();
                Generation++;
                Flush();
            }

            number = _contexts.Count;
            _contexts.Add(context, number);
        }

        return (ulong)number << ContextShift;
    }

    /// <summary>Forgets everything.</summary>
    public void Flush()
    {
        _largestBlock.AsSpan().Clear();
        new Span<byte>(_data, Entries * sizeof(TlbEntry)).Fill(0xff);
        FlushCode();
        Mirror?.Forget();
    }

    /// <summary>Forgets where instructions are.</summary>
    public void FlushCode() => new Span<byte>(_code, CodeEntries * sizeof(CodeTlbEntry)).Fill(0xff);

    /// <summary>Remembers how large the blocks are that entries come from.</summary>
    /// <param name="address">A virtual address that was translated.</param>
    /// <param name="blockShift">log2 of the size of the block that maps it.</param>
    public void NoteBlock(ulong address, int blockShift)
    {
        ref int largest = ref _largestBlock[HalfOf(address)];
        largest = Math.Max(largest, blockShift);
    }

    /// <summary>
    /// Forgets the entries of the page or block that holds an address, in every context: forgetting more than asked for is always allowed, and a direct-mapped
    /// TLB has but one place to look for a page. Entries of a larger block may be anywhere.
    /// </summary>
    /// <param name="address">Any virtual address of the page; bits 63 to 56 do not count, as they may hold a tag.</param>
    public void FlushPage(ulong address)
    {
        int shift = Math.Max(PageShift, _largestBlock[HalfOf(address)]);
        Mirror?.Forget(address, shift);
        if (shift <= PageShift)
        {
            *EntryFor(address) = Invalid;
            CodeEntryFor(address)->Tag = TlbEntry.InvalidTag;
            return;
        }

        for (int i = 0; i < Entries; i++)
        {
            if (IsInBlock(_data[i].ReadTag, address, shift) || IsInBlock(_data[i].WriteTag, address, shift))
            {
                _data[i] = Invalid;
            }
        }

        for (int i = 0; i < CodeEntries; i++)
        {
            if (IsInBlock(_code[i].Tag, address, shift))
            {
                _code[i].Tag = TlbEntry.InvalidTag;
            }
        }
    }

    /// <summary>Forgets all entries of the contexts that a maintenance operation names.</summary>
    /// <param name="invalidation">A regime, or an address space of one.</param>
    public void FlushContexts(in TlbInvalidation invalidation)
    {
        Span<bool> stale = stackalloc bool[MaximumContexts + 1];
        foreach ((TranslationContext context, int number) in _contexts)
        {
            stale[number] = context.Regime == invalidation.Regime
                && (context.Regime != 1 || context.Secure == invalidation.Secure)
                && (invalidation.Scope == TlbScope.Regime || context.Vmid == invalidation.Vmid)
                && (invalidation.Scope != TlbScope.AddressSpace || context.Asid == invalidation.Asid);
        }

        Mirror?.Forget(stale);

        for (int i = 0; i < Entries; i++)
        {
            if (stale[NumberIn(_data[i].ReadTag)] || stale[NumberIn(_data[i].WriteTag)])
            {
                _data[i] = Invalid;
            }
        }

        for (int i = 0; i < CodeEntries; i++)
        {
            if (stale[NumberIn(_code[i].Tag)])
            {
                _code[i].Tag = TlbEntry.InvalidTag;
            }
        }
    }

    /// <summary>Sees to it that stores to a page of host memory come to the slow path from now on.</summary>
    public void ForbidDirectStores(byte* hostPage)
    {
        Mirror?.ForbidStores(hostPage);
        for (int i = 0; i < Entries; i++)
        {
            TlbEntry* entry = _data + i;
            if (entry->WriteTag != TlbEntry.InvalidTag && (byte*)(entry->WriteTag & ~0xfffUL) + entry->Addend == hostPage)
            {
                entry->WriteTag = TlbEntry.InvalidTag;
            }
        }
    }

    /// <summary>The number of the context that a tag is of.</summary>
    public static int NumberIn(ulong tag) => (int)(tag >> ContextShift) & 0xff;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        NativeMemory.AlignedFree(_code);
        NativeMemory.Free(_guards);
        _data = null;
        _code = null;
        _guards = null;
    }

    private static int HalfOf(ulong address) => (int)(address >> 55) & 1;

    private static bool IsInBlock(ulong tag, ulong address, int shift) =>
        tag != TlbEntry.InvalidTag && (((tag ^ address) & AddressBits) >> shift) == 0;

    private static TlbEntry Invalid => new()
    {
        ReadTag = TlbEntry.InvalidTag,
        WriteTag = TlbEntry.InvalidTag,
        PhysicalPage = TlbEntry.InvalidTag,
    };
}
