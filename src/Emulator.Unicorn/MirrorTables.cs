using System.Runtime.InteropServices;

namespace Emulator.Unicorn;

/// <summary>
/// Translation tables for libunicorn (Arm ARM D5.3; 4 KiB granule, 48-bit addresses, two ranges): a pair for each translation context of the processor's TLB. They hold but what the
/// processor has translated already, page by page, with permissions for EL0 alone. When their memory is full, all are dropped.
/// </summary>
internal sealed unsafe class MirrorTables : IDisposable
{
    /// <summary>Size of their memory in bytes.</summary>
    public const int Length = 16 << 20;

    private const int PageSize = 4096;
    private const int PageSizeShift = 12;
    private const int Contexts = 256;
    private const int LeafLevel = 3;
    private const ulong AddressMask = 0x0000_ffff_ffff_f000;
    private const ulong TableDescriptor = 3;

    // Valid, page, Normal memory, access flag, inner shareable, not for EL1 to execute.
    private const ulong PageDescriptor = 3 | (1UL << 10) | (3UL << 8) | (1UL << 53);
    private const ulong Accessible = 1UL << 6;
    private const ulong ReadOnly = 1UL << 7;
    private const ulong ExecuteNever = 1UL << 54;

    private readonly ulong _start;
    private readonly ulong[] _roots = new ulong[Contexts * 2];
    private byte* _memory;
    private int _used;

    /// <summary>Creates empty tables.</summary>
    /// <param name="start">Where libunicorn has their memory.</param>
    public MirrorTables(ulong start)
    {
        _start = start;
        _memory = (byte*)NativeMemory.AlignedAlloc(Length, PageSize);
        NativeMemory.Clear(_memory, Length);
    }

    /// <summary>Raised after everything was dropped for want of memory.</summary>
    public event Action? Dropped;

    /// <summary>Their memory.</summary>
    public byte* Memory => _memory;

    /// <summary>The base addresses of a context's two ranges.</summary>
    /// <param name="context">The context's number.</param>
    public (ulong Low, ulong High) Roots(int context)
    {
        ref ulong low = ref _roots[context * 2];
        ref ulong high = ref _roots[(context * 2) + 1];
        if (low == 0)
        {
            Reserve(2);
            low = Allocate();
            high = Allocate();
        }

        return (low, high);
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        Array.Clear(_roots);
        NativeMemory.Clear(_memory, (nuint)(_used * PageSize));
        _used = 0;
    }

    /// <summary>Drops a context.</summary>
    public void Clear(int context)
    {
        _roots[context * 2] = 0;
        _roots[(context * 2) + 1] = 0;
    }

    /// <summary>Drops the translations of a block in all contexts.</summary>
    /// <param name="address">Any virtual address in it.</param>
    /// <param name="shift">log2 of its size.</param>
    /// <param name="dropped">Gets the addresses of the pages that were there, as far as they lie in one table.</param>
    /// <returns>False when there were more pages than that.</returns>
    public bool Clear(ulong address, int shift, List<ulong> dropped)
    {
        bool areListed = true;
        for (int context = 0; context < Contexts; context++)
        {
            ulong* entry = FindEntry(context, address, shift);
            if (entry is null || *entry == 0)
            {
                continue;
            }

            if (shift <= PageSizeShift)
            {
                dropped.Add(address & ~(PageSize - 1UL));
            }
            else if (shift <= ShiftAt(LeafLevel - 1))
            {
                ListPages(*entry & AddressMask, address & ~((1UL << ShiftAt(LeafLevel - 1)) - 1), dropped);
            }
            else
            {
                areListed = false;
            }

            *entry = 0;
        }

        return areListed;
    }

    /// <summary>The page descriptor of an address, or null where there is no table for one.</summary>
    public ulong* Find(int context, ulong address) => FindEntry(context, address, PageSizeShift);

    /// <summary>Lets EL0 do more with a page.</summary>
    /// <param name="context">The context's number.</param>
    /// <param name="address">Any virtual address in it; one outside both ranges is ignored.</param>
    /// <param name="page">Where libunicorn has the page.</param>
    /// <param name="permissions">What is allowed now besides what was.</param>
    /// <returns>True when another page was there before.</returns>
    public bool Allow(int context, ulong address, ulong page, UnicornPermissions permissions)
    {
        if (!IsInRange(address))
        {
            return false;
        }

        ulong* entry = FindOrCreate(context, address);
        bool replaced = (*entry & 1) != 0 && (*entry & AddressMask) != page;
        UnicornPermissions before = (*entry & 1) != 0 && !replaced ? PermissionsOf(*entry) : UnicornPermissions.None;
        *entry = Describe(page, before | permissions);
        return replaced;
    }

    /// <summary>What a page descriptor allows.</summary>
    public static UnicornPermissions PermissionsOf(ulong descriptor) =>
        (descriptor & 1) == 0 ? UnicornPermissions.None
            : ((descriptor & Accessible) != 0 ? UnicornPermissions.Read : 0)
                | ((descriptor & (Accessible | ReadOnly)) == Accessible ? UnicornPermissions.Write : 0)
                | ((descriptor & ExecuteNever) == 0 ? UnicornPermissions.Execute : 0);

    /// <summary>The page that a descriptor leads to.</summary>
    public static ulong PageOf(ulong descriptor) => descriptor & AddressMask;

    /// <summary>A page descriptor.</summary>
    public static ulong Describe(ulong page, UnicornPermissions permissions) =>
        page | PageDescriptor
            | ((permissions & (UnicornPermissions.Read | UnicornPermissions.Write)) != 0 ? Accessible : 0)
            | ((permissions & UnicornPermissions.Write) == 0 ? ReadOnly : 0)
            | ((permissions & UnicornPermissions.Execute) == 0 ? ExecuteNever : 0);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    private static bool IsInRange(ulong address) => (long)address >> 48 is 0 or -1;

    private static bool IsHigh(ulong address) => (long)address < 0;

    private static int IndexAt(ulong address, int level) => (int)(address >> ShiftAt(level)) & 511;

    private static int ShiftAt(int level) => PageSizeShift + (9 * (LeafLevel - level));

    private ulong* TableAt(ulong address) => (ulong*)(_memory + (address - _start));

    // The entry that stands for all of a block: that of the deepest level whose entries are no smaller.
    private ulong* FindEntry(int context, ulong address, int shift)
    {
        ulong table = IsInRange(address) ? _roots[(context * 2) + (IsHigh(address) ? 1 : 0)] : 0;
        for (int level = 0; table != 0; level++)
        {
            ulong* entry = TableAt(table) + IndexAt(address, level);
            if (level == LeafLevel || ShiftAt(level + 1) < shift)
            {
                return entry;
            }

            table = *entry & AddressMask;
        }

        return null;
    }

    private void ListPages(ulong table, ulong first, List<ulong> pages)
    {
        ulong* entries = TableAt(table);
        for (int i = 0; i < PageSize / sizeof(ulong); i++)
        {
            if (entries[i] != 0)
            {
                pages.Add(first + ((ulong)i << PageSizeShift));
            }
        }
    }

    private ulong* FindOrCreate(int context, ulong address)
    {
        Reserve(LeafLevel + 2);
        (ulong low, ulong high) = Roots(context);
        ulong table = IsHigh(address) ? high : low;
        for (int level = 0; level < LeafLevel; level++)
        {
            ulong* entry = TableAt(table) + IndexAt(address, level);
            if (*entry == 0)
            {
                *entry = Allocate() | TableDescriptor;
            }

            table = *entry & AddressMask;
        }

        return TableAt(table) + IndexAt(address, LeafLevel);
    }

    private void Reserve(int tables)
    {
        if (_used + tables > Length / PageSize)
        {
            Clear();
            Dropped?.Invoke();
        }
    }

    private ulong Allocate() => _start + (ulong)(_used++ * PageSize);
}
