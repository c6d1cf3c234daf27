using System.Numerics;

namespace Emulator.Interrupts;

/// <summary>
/// Finds the highest-priority pending interrupt of one CPU. The best of each bank is kept, so that a change costs one bank's candidates and
/// one pass over the banks. LPIs are one more source beside the banks.
/// </summary>
internal sealed class GicPendingSelector
{
    /// <summary>The key when nothing is pending; greater than every other.</summary>
    public const uint None = uint.MaxValue;

    private const int IntIdShift = 3;
    private const int PriorityShift = 24;

    private readonly IGicSharedInterrupts _distributor;
    private readonly GicInterruptBank _private;
    private readonly uint[] _bestOfBank;
    private readonly uint[] _targeted;
    private readonly GicLpis? _lpis;
    private uint _bestLpi = None;
    private GicGroups _groups;
    private GicGroups _oneOfNGroups;

    /// <summary>Creates a selector.</summary>
    /// <param name="distributor">Where the SPIs are.</param>
    /// <param name="privateBank">The CPU's SGIs and PPIs.</param>
    /// <param name="lpis">The CPU's LPIs, or null.</param>
    public GicPendingSelector(IGicSharedInterrupts distributor, GicInterruptBank privateBank, GicLpis? lpis)
    {
        _lpis = lpis;
        _distributor = distributor;
        _private = privateBank;
        _bestOfBank = new uint[distributor.BankCount];
        _targeted = new uint[distributor.BankCount];
        Array.Fill(_bestOfBank, None);
    }

    /// <summary>The highest-priority pending interrupt: priority, INTID and group packed so that the least key is the most urgent.</summary>
    public uint Best { get; private set; } = None;

    /// <summary>The SPIs of each bank that GICD_IROUTER or GICD_ITARGETSR sends to this CPU; whoever changes it calls <see cref="Refresh"/>.</summary>
    public Span<uint> Targeted => _targeted;

    /// <summary>Packs an interrupt.</summary>
    /// <param name="priority">Its priority.</param>
    /// <param name="id">Its INTID.</param>
    /// <param name="group">Its group.</param>
    public static uint Key(int priority, int id, GicGroups group) => ((uint)priority << PriorityShift) | ((uint)id << IntIdShift) | (uint)group;

    /// <summary>The interrupt of a key.</summary>
    /// <param name="key">A key other than <see cref="None"/>.</param>
    public static int IntIdOf(uint key) => (int)(key >> IntIdShift) & 0x1_ffff;

    /// <summary>The priority of a key.</summary>
    /// <param name="key">A key other than <see cref="None"/>.</param>
    public static int PriorityOf(uint key) => (int)(key >> PriorityShift);

    /// <summary>The group of a key.</summary>
    /// <param name="key">A key other than <see cref="None"/>.</param>
    public static GicGroups GroupOf(uint key) => (GicGroups)(key & 7);

    /// <summary>Takes over which groups can reach this CPU.</summary>
    /// <param name="groups">Groups enabled both in GICD_CTLR and by ICC_IGRPEN*.</param>
    /// <param name="oneOfN">Those of them for which this CPU gets the interrupts that any CPU may take.</param>
    /// <returns>True when <see cref="Best"/> has changed.</returns>
    public bool SetGroups(GicGroups groups, GicGroups oneOfN)
    {
        if (groups == _groups && oneOfN == _oneOfNGroups)
        {
            return false;
        }

        _groups = groups;
        _oneOfNGroups = oneOfN;
        return RefreshAll();
    }

    /// <summary>Looks again at all banks.</summary>
    /// <returns>True when <see cref="Best"/> has changed.</returns>
    public bool RefreshAll()
    {
        for (int i = 0; i < _bestOfBank.Length; i++)
        {
            _bestOfBank[i] = FindBest(i);
        }

        _bestLpi = FindBestLpi();
        return UpdateBest();
    }

    /// <summary>Looks again at one bank.</summary>
    /// <param name="index">The bank, 0 for the CPU's own interrupts.</param>
    /// <returns>True when <see cref="Best"/> has changed.</returns>
    public bool Refresh(int index)
    {
        uint best = FindBest(index);
        if (best == _bestOfBank[index])
        {
            return false;
        }

        _bestOfBank[index] = best;
        return UpdateBest();
    }

    /// <summary>Looks again at the LPIs.</summary>
    /// <returns>True when <see cref="Best"/> has changed.</returns>
    public bool RefreshLpis()
    {
        uint best = FindBestLpi();
        if (best == _bestLpi)
        {
            return false;
        }

        _bestLpi = best;
        return UpdateBest();
    }

    // LPIs are Non-secure Group 1, all of them.
    private uint FindBestLpi() => _lpis is not null && (_groups & GicGroups.NonSecureGroup1) != 0 ? _lpis.Best : None;

    private uint FindBest(int index)
    {
        GicInterruptBank bank = index == 0 ? _private : _distributor.Bank(index);
        uint candidates = bank.Candidates;
        if (candidates == 0)
        {
            return None;
        }

        bool securityDisabled = _distributor.SecurityDisabled;
        uint reachable = bank.InGroups(_groups, securityDisabled);
        if (index != 0)
        {
            uint anyCpu = _distributor.OneOfN(index);
            reachable = (reachable & _targeted[index]) | (anyCpu & bank.InGroups(_oneOfNGroups, securityDisabled));
        }

        uint best = None;
        for (uint rest = candidates & reachable; rest != 0; rest &= rest - 1)
        {
            int bit = BitOperations.TrailingZeroCount(rest);
            best = Math.Min(best, Key(bank.PriorityOf(bit), (32 * index) + bit, bank.GroupOf(bit, securityDisabled)));
        }

        return best;
    }

    private bool UpdateBest()
    {
        uint best = _bestLpi;
        foreach (uint key in _bestOfBank)
        {
            best = Math.Min(best, key);
        }

        bool changed = best != Best;
        Best = best;
        return changed;
    }
}
