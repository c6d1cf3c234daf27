using System.Numerics;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// A redistributor's locality-specific peripheral interrupts (GICv3 architecture, "LPIs"). An LPI is pending or not; what it is configured to stands in a table in guest memory and
/// is read when it becomes pending, and again when software says that it has changed. The pending table in memory is read when LPIs are enabled and
/// written when they are disabled; between these the state is here.
/// </summary>
internal sealed class GicLpis
{
    /// <summary>The first LPI's INTID.</summary>
    public const int First = 8192;

    /// <summary>Bits of an INTID, as GICD_TYPER.IDbits and GITS_TYPER.ID_bits tell.</summary>
    public const int IntIdBits = 16;

    private const int WordBits = 64;
    private const int Words = ((1 << IntIdBits) - First) / WordBits;
    private const int WordsPerGroup = 32;
    private const int Groups = Words / WordsPerGroup;

    // GICR_PROPBASER and GICR_PENDBASER: addresses, cacheability and shareability; PTZ is write-only.
    private const ulong ConfigurationBaseMask = 0x070f_ffff_ffff_ff9f;
    private const ulong PendingBaseMask = 0x070f_ffff_ffff_0f80;
    private const ulong ConfigurationAddressMask = 0x000f_ffff_ffff_f000;
    private const ulong PendingAddressMask = 0x000f_ffff_ffff_0000;
    private const ulong PendingTableZero = 1ul << 62;

    // An entry of the configuration table.
    private const byte Enable = 1;
    private const byte PriorityField = 0xfc;

    private readonly DmaView _memory;
    private readonly GicDistributor _distributor;
    private readonly int _priorityMask;

    // Made when LPIs are enabled for the first time: many guests never do.
    private ulong[] _pending = [];
    private byte[] _configuration = [];
    private uint[] _bestOfWord = [];
    private readonly uint[] _bestOfGroup = new uint[Groups];
    private ulong _configurationBase;
    private ulong _pendingBase;
    private bool _pendingTableIsZero;
    private bool _isStale;

    /// <summary>Creates the LPIs of a redistributor, disabled.</summary>
    /// <param name="memory">Where the tables are.</param>
    /// <param name="distributor">Tells whether there is one security state.</param>
    /// <param name="priorityBits">Implemented bits of a priority.</param>
    public GicLpis(DmaView memory, GicDistributor distributor, int priorityBits)
    {
        _memory = memory;
        _distributor = distributor;
        _priorityMask = 0xff & (0xff << (8 - priorityBits));
        Array.Fill(_bestOfGroup, GicPendingSelector.None);
    }

    /// <summary>GICR_CTLR.EnableLPIs.</summary>
    public bool IsEnabled { get; private set; }

    /// <summary>The most urgent pending and enabled LPI as <see cref="GicPendingSelector"/> packs it.</summary>
    public uint Best { get; private set; } = GicPendingSelector.None;

    /// <summary>GICR_PROPBASER.</summary>
    public ulong ConfigurationBase
    {
        get => _configurationBase;
        set => _configurationBase = value & ConfigurationBaseMask;
    }

    /// <summary>GICR_PENDBASER; PTZ reads as zero.</summary>
    public ulong PendingBase => _pendingBase;

    /// <summary>GICR_PENDBASER as it was written, with PTZ.</summary>
    public ulong WrittenPendingBase
    {
        get => _pendingBase | (_pendingTableIsZero ? PendingTableZero : 0);
        set
        {
            _pendingBase = value & PendingBaseMask;
            _pendingTableIsZero = (value & PendingTableZero) != 0;
        }
    }

    // IDbits below 14 leave no room for LPIs (GICR_PROPBASER.IDbits).
    private int EndOfRange => 1 << Math.Min((int)(_configurationBase & 31) + 1, IntIdBits);

    /// <summary>Writes GICR_CTLR.EnableLPIs.</summary>
    public void SetEnabled(bool enabled)
    {
        if (enabled == IsEnabled)
        {
            return;
        }

        if (enabled)
        {
            IsEnabled = true;
            MakeRoom();
            LoadPendingTable();
        }
        else
        {
            StorePendingTable();
            IsEnabled = false;
            _pending.AsSpan().Clear();
        }

        Reconfigure();
    }

    /// <summary>Makes an LPI pending. While LPIs are disabled, or where the tables have no entry for it, it is lost.</summary>
    public void SetPending(int id)
    {
        int index = id - First;
        if (!IsEnabled || index < 0 || id >= EndOfRange)
        {
            return;
        }

        ref ulong word = ref _pending[index / WordBits];
        ulong mask = 1ul << (index % WordBits);
        if ((word & mask) != 0)
        {
            return;
        }

        word |= mask;
        if (!_isStale)
        {
            Configure(index);
        }
    }

    /// <summary>Takes the pending state of an LPI.</summary>
    /// <returns>True when it was pending.</returns>
    public bool ClearPending(int id)
    {
        int index = id - First;
        if (!IsEnabled || (uint)index >= Words * WordBits)
        {
            return false;
        }

        ref ulong word = ref _pending[index / WordBits];
        ulong mask = 1ul << (index % WordBits);
        if ((word & mask) == 0)
        {
            return false;
        }

        word &= ~mask;
        if (!_isStale)
        {
            FindBest(index / WordBits);
        }

        return true;
    }

    /// <summary>The configuration of one LPI has changed in memory.</summary>
    public void Invalidate(int id)
    {
        int index = id - First;
        if (IsEnabled && !_isStale && (uint)index < Words * WordBits && ((_pending[index / WordBits] >> (index % WordBits)) & 1) != 0)
        {
            Configure(index);
        }
    }

    /// <summary>The configuration of all LPIs may have changed. It is read by <see cref="Settle"/>, however often this was said.</summary>
    public void InvalidateAll() => _isStale |= IsEnabled;

    /// <summary>Gives the pending state of all LPIs to another redistributor; <see cref="Settle"/> both.</summary>
    public void MoveAll(GicLpis target)
    {
        if (!IsEnabled || target == this)
        {
            return;
        }

        for (int i = 0; target.IsEnabled && i < Words; i++)
        {
            target._pending[i] |= _pending[i];
        }

        _pending.AsSpan().Clear();
        _isStale = true;
        target.InvalidateAll();
    }

    /// <summary>Carries out what <see cref="InvalidateAll"/> and <see cref="MoveAll"/> have left to do.</summary>
    public void Settle()
    {
        if (_isStale)
        {
            Reconfigure();
        }
    }

    /// <summary>Decides anew which LPI is the most urgent, the number of security states having changed.</summary>
    public void Recompute()
    {
        for (int word = 0; word < _pending.Length; word++)
        {
            _bestOfWord[word] = BestOf(word);
        }

        FindBestOfAll();
    }

    public void Reset()
    {
        IsEnabled = false;
        _isStale = false;
        _configurationBase = _pendingBase = 0;
        _pendingTableIsZero = false;
        _pending.AsSpan().Clear();
        Recompute();
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(IsEnabled);
        writer.Write(_configurationBase);
        writer.Write(WrittenPendingBase);
        int count = 0;
        foreach (ulong word in _pending)
        {
            count += BitOperations.PopCount(word);
        }

        writer.Write(count);
        for (int word = 0; word < _pending.Length; word++)
        {
            for (ulong rest = _pending[word]; rest != 0; rest &= rest - 1)
            {
                int index = (WordBits * word) + BitOperations.TrailingZeroCount(rest);
                writer.Write(First + index);
                writer.Write(_configuration[index]);
            }
        }
    }

    public void Load(SnapshotReader reader)
    {
        Reset();
        bool enabled = reader.ReadBoolean();
        ConfigurationBase = reader.ReadUInt64();
        WrittenPendingBase = reader.ReadUInt64();
        if (enabled)
        {
            IsEnabled = true;
            MakeRoom();
        }

        int count = reader.ReadInt32();
        if (count < 0 || count > (enabled ? Words * WordBits : 0))
        {
            throw new SnapshotException($"the snapshot has {count} pending LPIs, which cannot be; save it again");
        }

        for (int i = 0; i < count; i++)
        {
            int index = reader.ReadInt32() - First;
            byte configuration = reader.ReadByte();
            if ((uint)index >= Words * WordBits)
            {
                throw new SnapshotException($"the snapshot has a pending LPI {index + First}, which cannot be; save it again");
            }

            _pending[index / WordBits] |= 1ul << (index % WordBits);
            _configuration[index] = configuration;
        }

        Recompute();
    }

    private void MakeRoom()
    {
        if (_pending.Length == 0)
        {
            _pending = new ulong[Words];
            _configuration = new byte[Words * WordBits];
            _bestOfWord = new uint[Words];
            Array.Fill(_bestOfWord, GicPendingSelector.None);
        }
    }

    // The pending table has a bit for every INTID from 0, so that LPIs start 1 KiB into it.
    private void LoadPendingTable()
    {
        int count = Math.Max(EndOfRange - First, 0) / WordBits;
        if (!_pendingTableIsZero && count != 0 && !_memory.TryRead((_pendingBase & PendingAddressMask) + (First / 8), BytesOf(_pending.AsSpan(0, count))))
        {
            _pending.AsSpan().Clear();
        }

        // Software writes PTZ anew each time.
        _pendingTableIsZero = false;
    }

    private void StorePendingTable()
    {
        int count = Math.Max(EndOfRange - First, 0) / WordBits;
        _ = _memory.TryWrite((_pendingBase & PendingAddressMask) + (First / 8), BytesOf(_pending.AsSpan(0, count)));
    }

    private static Span<byte> BytesOf(Span<ulong> words) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(words);

    private void Reconfigure()
    {
        _isStale = false;
        ulong table = _configurationBase & ConfigurationAddressMask;
        for (int word = 0; word < _pending.Length; word++)
        {
            Span<byte> configuration = _configuration.AsSpan(WordBits * word, WordBits);
            if (_pending[word] != 0 && !_memory.TryRead(table + (ulong)(WordBits * word), configuration))
            {
                configuration.Clear();
            }
        }

        Recompute();
    }

    private void Configure(int index)
    {
        Span<byte> configuration = _configuration.AsSpan(index, 1);
        if (!_memory.TryRead((_configurationBase & ConfigurationAddressMask) + (ulong)index, configuration))
        {
            configuration.Clear();
        }

        FindBest(index / WordBits);
    }

    private void FindBest(int word)
    {
        uint best = BestOf(word);
        if (best != _bestOfWord[word])
        {
            _bestOfWord[word] = best;
            FindBestOfGroup(word / WordsPerGroup);
            Best = Least(_bestOfGroup);
        }
    }

    private void FindBestOfAll()
    {
        for (int group = 0; _bestOfWord.Length != 0 && group < Groups; group++)
        {
            FindBestOfGroup(group);
        }

        Best = Least(_bestOfGroup);
    }

    private void FindBestOfGroup(int group) => _bestOfGroup[group] = Least(_bestOfWord.AsSpan(group * WordsPerGroup, WordsPerGroup));

    private uint BestOf(int word)
    {
        uint best = GicPendingSelector.None;
        for (ulong rest = _pending[word]; rest != 0; rest &= rest - 1)
        {
            int index = (WordBits * word) + BitOperations.TrailingZeroCount(rest);
            byte configuration = _configuration[index];
            if ((configuration & Enable) != 0)
            {
                best = Math.Min(best, GicPendingSelector.Key(PriorityOf(configuration), First + index, GicGroups.NonSecureGroup1));
            }
        }

        return best;
    }

    // With two security states the entry holds a Non-secure view of the priority: the lower half of the range, shifted up.
    private int PriorityOf(byte configuration)
    {
        int priority = configuration & PriorityField;
        return (_distributor.SecurityDisabled ? priority : 0x80 | (priority >> 1)) & _priorityMask;
    }

    private static uint Least(ReadOnlySpan<uint> keys)
    {
        uint least = GicPendingSelector.None;
        foreach (uint key in keys)
        {
            least = Math.Min(least, key);
        }

        return least;
    }
}
