using System.Numerics;
using Emulator.Snapshots;

namespace Emulator.Interrupts;

/// <summary>
/// The state of 32 interrupts, one bit or byte each: the unit in which the registers of the distributor (SPIs) and of a redistributor
/// (SGIs and PPIs) show them. It holds the rules that both share: what pending means, and what a Non-secure access sees.
/// </summary>
internal sealed class GicInterruptBank
{
    /// <summary>The upper half of the priorities is all that the Non-secure state can name (IHI 0069 4.8.6).</summary>
    public const byte MostUrgentNonSecure = 0x80;

    private readonly IGicBankObserver _observer;
    private readonly byte[] _priorities = new byte[32];
    private readonly byte _priorityMask;
    private readonly uint _fixedEdge;
    private uint _enabled;
    private uint _latched;
    private uint _level;
    private uint _active;
    private uint _edge;
    private uint _group;
    private uint _modifier;
    private ulong _nonSecureAccess;

    // NSACR decoded: interrupts whose field is at least 1, at least 2, and 3.
    private uint _nonSecureMaySet;
    private uint _nonSecureMayClear;
    private uint _nonSecureMayRoute;

    /// <summary>Creates a bank in its reset state.</summary>
    /// <param name="observer">Who must look again after a change.</param>
    /// <param name="index">Which 32 interrupts: the first INTID is 32 times this.</param>
    /// <param name="implemented">A bit for each that exists; all others read as zero and ignore writes.</param>
    /// <param name="fixedEdge">A bit for each that is always edge-triggered (SGIs).</param>
    /// <param name="priorityBits">Implemented bits of a priority; lower ones read as zero.</param>
    public GicInterruptBank(IGicBankObserver observer, int index, uint implemented, uint fixedEdge, int priorityBits)
    {
        _observer = observer;
        Index = index;
        Implemented = implemented;
        _fixedEdge = fixedEdge;
        _edge = fixedEdge;
        _priorityMask = (byte)(0xff << (8 - priorityBits));
    }

    public int Index { get; }

    public uint Implemented { get; }

    /// <summary>Pending: latched by an edge or a write, or level-sensitive with its wire asserted.</summary>
    public uint Pending => _latched | (_level & ~_edge);

    /// <summary>Active interrupts.</summary>
    public uint Active => _active;

    /// <summary>Interrupts that compete for a CPU, as far as this bank knows: pending, enabled and not active.</summary>
    public uint Candidates => (_latched | (_level & ~_edge)) & _enabled & ~_active;

    /// <summary>The interrupts of a set of groups.</summary>
    /// <param name="groups">The set.</param>
    /// <param name="securityDisabled">GICD_CTLR.DS: then GICD_IGRPMODR has no effect.</param>
    public uint InGroups(GicGroups groups, bool securityDisabled)
    {
        uint secureGroup1 = securityDisabled ? 0 : ~_group & _modifier;
        uint result = 0;
        if ((groups & GicGroups.Group0) != 0)
        {
            result |= ~_group & ~secureGroup1;
        }

        if ((groups & GicGroups.NonSecureGroup1) != 0)
        {
            result |= _group;
        }

        if ((groups & GicGroups.SecureGroup1) != 0)
        {
            result |= secureGroup1;
        }

        return result;
    }

    /// <summary>The group of one interrupt.</summary>
    /// <param name="bit">Its place in the bank, 0 to 31.</param>
    /// <param name="securityDisabled">GICD_CTLR.DS.</param>
    public GicGroups GroupOf(int bit, bool securityDisabled) => ((_group >> bit) & 1) != 0
        ? GicGroups.NonSecureGroup1
        : !securityDisabled && ((_modifier >> bit) & 1) != 0 ? GicGroups.SecureGroup1 : GicGroups.Group0;

    /// <summary>The priority of one interrupt; lower is more urgent.</summary>
    /// <param name="bit">Its place in the bank, 0 to 31.</param>
    public byte PriorityOf(int bit) => _priorities[bit];

    /// <summary>The NSACR field of one interrupt.</summary>
    /// <param name="bit">Its place in the bank, 0 to 31.</param>
    public int NonSecureAccessOf(int bit) => (int)(_nonSecureAccess >> (2 * bit)) & 3;

    /// <summary>Whether an access may change an SPI's routing.</summary>
    /// <param name="bit">Its place in the bank, 0 to 31.</param>
    /// <param name="full">True for an access without restrictions: Secure, or with one security state.</param>
    public bool MayRoute(int bit, bool full) => (((full ? Implemented : _group | _nonSecureMayRoute) & Implemented) >> bit & 1) != 0;

    /// <summary>Drives an interrupt's wire.</summary>
    /// <param name="mask">The interrupt's bit.</param>
    /// <param name="level">True for asserted.</param>
    public void SetLevel(uint mask, bool level)
    {
        uint next = level ? _level | mask : _level & ~mask;
        if (next == _level)
        {
            return;
        }

        _level = next;
        if (level)
        {
            _latched |= mask & _edge;
        }

        _observer.BankChanged(this);
    }

    /// <summary>Makes an interrupt pending, as a write to ISPENDR or an SGI does.</summary>
    /// <param name="mask">Bits of the interrupts.</param>
    public void SetPending(uint mask) => Update(ref _latched, _latched | (mask & Implemented));

    /// <summary>Makes an interrupt active and takes its latched pending state. A wire that is still asserted keeps it pending.</summary>
    /// <param name="bit">Its place in the bank, 0 to 31.</param>
    public void Acknowledge(int bit)
    {
        _active |= 1u << bit;
        _latched &= ~(1u << bit);
        _observer.BankChanged(this);
    }

    /// <summary>Makes an interrupt inactive.</summary>
    /// <param name="bit">Its place in the bank, 0 to 31.</param>
    public void Deactivate(int bit) => Update(ref _active, _active & ~(1u << bit));

    // IGROUPR and IGRPMODR are Secure: a Non-secure access sees zero.
    public uint ReadGroup(bool full) => full ? _group : 0;

    public void WriteGroup(uint value, bool full)
    {
        if (full)
        {
            Update(ref _group, value & Implemented);
        }
    }

    public uint ReadModifier(bool full, bool securityDisabled) => full && !securityDisabled ? _modifier : 0;

    public void WriteModifier(uint value, bool full, bool securityDisabled)
    {
        if (full && !securityDisabled)
        {
            Update(ref _modifier, value & Implemented);
        }
    }

    public uint ReadEnabled(bool full) => _enabled & Visible(full);

    public void WriteSetEnabled(uint value, bool full) => Update(ref _enabled, _enabled | (value & Visible(full)));

    public void WriteClearEnabled(uint value, bool full) => Update(ref _enabled, _enabled & ~(value & Visible(full)));

    public uint ReadSetPending(bool full) => Pending & (Visible(full) | (_nonSecureMaySet & Implemented));

    public uint ReadClearPending(bool full) => Pending & (Visible(full) | (_nonSecureMayClear & Implemented));

    public void WriteSetPending(uint value, bool full) => SetPending(value & (Visible(full) | _nonSecureMaySet));

    public void WriteClearPending(uint value, bool full) =>
        Update(ref _latched, _latched & ~(value & (Visible(full) | _nonSecureMayClear)));

    public uint ReadActive(bool full) => _active & (Visible(full) | (_nonSecureMayClear & Implemented));

    public void WriteSetActive(uint value, bool full) => Update(ref _active, _active | (value & Visible(full)));

    public void WriteClearActive(uint value, bool full) => Update(ref _active, _active & ~(value & Visible(full)));

    /// <summary>Reads one priority byte. The Non-secure view has the lower half of the range, shifted up to look whole.</summary>
    /// <param name="bit">Its place in the bank, 0 to 31.</param>
    /// <param name="full">True for an access without restrictions.</param>
    public byte ReadPriority(int bit, bool full)
    {
        byte priority = _priorities[bit];
        return full ? priority : ((_group >> bit) & 1) != 0 ? (byte)(priority << 1) : (byte)0;
    }

    /// <summary>Writes one priority byte.</summary>
    /// <param name="bit">Its place in the bank, 0 to 31.</param>
    /// <param name="value">The value in the view of the access.</param>
    /// <param name="full">True for an access without restrictions.</param>
    public void WritePriority(int bit, byte value, bool full)
    {
        if (StorePriority(bit, value, full))
        {
            _observer.BankChanged(this);
        }
    }

    public uint ReadPriorities(int firstBit, bool full)
    {
        uint value = 0;
        for (int i = 3; i >= 0; i--)
        {
            value = (value << 8) | ReadPriority(firstBit + i, full);
        }

        return value;
    }

    public void WritePriorities(int firstBit, uint value, bool full)
    {
        bool changed = false;
        for (int i = 0; i < 4; i++)
        {
            changed |= StorePriority(firstBit + i, (byte)(value >> (8 * i)), full);
        }

        if (changed)
        {
            _observer.BankChanged(this);
        }
    }

    /// <summary>Reads the configuration of 16 interrupts, two bits each; the upper one means edge-triggered.</summary>
    /// <param name="half">0 for the lower 16 interrupts of the bank, 1 for the upper.</param>
    /// <param name="full">True for an access without restrictions.</param>
    public uint ReadConfiguration(int half, bool full) => Spread(((_edge & Visible(full)) >> (16 * half)) & 0xffff) << 1;

    public void WriteConfiguration(int half, uint value, bool full)
    {
        uint writable = Visible(full) & ~_fixedEdge & (0xffffu << (16 * half));
        uint edge = Gather(value >> 1) << (16 * half);
        Update(ref _edge, (_edge & ~writable) | (edge & writable));
    }

    // NSACR is Secure, and without effect once there is one security state only.
    public uint ReadNonSecureAccess(int half, bool full, bool securityDisabled) =>
        full && !securityDisabled ? (uint)(_nonSecureAccess >> (32 * half)) : 0;

    public void WriteNonSecureAccess(int half, uint value, bool full, bool securityDisabled)
    {
        if (!full || securityDisabled)
        {
            return;
        }

        uint existing = Spread((Implemented >> (16 * half)) & 0xffff) * 3;
        _nonSecureAccess = (_nonSecureAccess & ~(0xffff_fffful << (32 * half))) | ((ulong)(value & existing) << (32 * half));
        DecodeNonSecureAccess();
    }

    /// <summary>Resets everything but the wires: those are driven from outside.</summary>
    public void Reset()
    {
        _enabled = _latched = _active = _group = _modifier = 0;
        _edge = _fixedEdge;
        _nonSecureAccess = 0;
        DecodeNonSecureAccess();
        Array.Clear(_priorities);
        _observer.BankChanged(this);
    }

    /// <summary>Puts all interrupts into Non-secure Group 1, with the most urgent priority that the Non-secure state can name.</summary>
    public void GiveToNonSecure()
    {
        _group = Implemented;
        Array.Fill(_priorities, MostUrgentNonSecure);
        _observer.BankChanged(this);
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write([_enabled, _latched, _level, _active, _edge, _group, _modifier]);
        writer.Write(_nonSecureAccess);
        writer.Write(_priorities);
    }

    public void Load(SnapshotReader reader)
    {
        Span<uint> words = stackalloc uint[7];
        reader.ReadUInt32s(words);
        _enabled = words[0] & Implemented;
        _latched = words[1] & Implemented;
        _level = words[2] & Implemented;
        _active = words[3] & Implemented;
        _edge = (words[4] & Implemented) | _fixedEdge;
        _group = words[5] & Implemented;
        _modifier = words[6] & Implemented;
        _nonSecureAccess = reader.ReadUInt64();
        reader.ReadBytes(_priorities);
        DecodeNonSecureAccess();
    }

    private static uint Spread(uint half)
    {
        half = (half | (half << 8)) & 0x00ff_00ff;
        half = (half | (half << 4)) & 0x0f0f_0f0f;
        half = (half | (half << 2)) & 0x3333_3333;
        return (half | (half << 1)) & 0x5555_5555;
    }

    private static uint Gather(uint even)
    {
        even &= 0x5555_5555;
        even = (even | (even >> 1)) & 0x3333_3333;
        even = (even | (even >> 2)) & 0x0f0f_0f0f;
        even = (even | (even >> 4)) & 0x00ff_00ff;
        return (even | (even >> 8)) & 0xffff;
    }

    private uint Visible(bool full) => full ? Implemented : _group;

    private void Update(ref uint field, uint value)
    {
        if (field != value)
        {
            field = value;
            _observer.BankChanged(this);
        }
    }

    private bool StorePriority(int bit, byte value, bool full)
    {
        if (((Implemented >> bit) & 1) == 0 || (!full && ((_group >> bit) & 1) == 0))
        {
            return false;
        }

        byte priority = (byte)((full ? value : 0x80 | (value >> 1)) & _priorityMask);
        bool changed = priority != _priorities[bit];
        _priorities[bit] = priority;
        return changed;
    }

    private void DecodeNonSecureAccess()
    {
        _nonSecureMaySet = _nonSecureMayClear = _nonSecureMayRoute = 0;
        if (Index == 0)
        {
            // GICR_NSACR speaks of sending SGIs only, see NonSecureAccessOf.
            return;
        }

        for (ulong rest = _nonSecureAccess; rest != 0;)
        {
            int bit = BitOperations.TrailingZeroCount(rest) / 2;
            int field = NonSecureAccessOf(bit);
            uint mask = 1u << bit;
            _nonSecureMaySet |= mask;
            _nonSecureMayClear |= field >= 2 ? mask : 0;
            _nonSecureMayRoute |= field == 3 ? mask : 0;
            rest &= ~(3ul << (2 * bit));
        }
    }
}
