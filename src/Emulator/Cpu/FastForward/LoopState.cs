namespace Emulator.Cpu.FastForward;

/// <summary>
/// Registers, flags and memory of an iteration as functions of its number. What is read before it is written is an input of the loop; it is taken to grow, with each
/// iteration, by as much as it has grown in the first.
/// </summary>
internal sealed unsafe class LoopState
{
    private readonly IterationSpace _space;
    private readonly LoopValue[] _registers = new LoopValue[32];
    private readonly LoopValue[] _inputs = new LoopValue[32];
    private readonly Dictionary<nint, (int Cell, int Offset)> _bytes = [];
    private readonly List<Cell> _cells = [];
    private readonly List<Cell> _memoryInputs = [];
    private readonly ulong* _before;
    private readonly ulong* _after;
    private LoopFlags _flags;
    private bool _flagsKnown;

    /// <summary>Creates the state at the start of an iteration.</summary>
    /// <param name="space">The iterations.</param>
    /// <param name="before">X0 to X30 and SP before the first iteration.</param>
    /// <param name="flagsBefore">NZCV before it.</param>
    /// <param name="after">X0 to X30 and SP after it.</param>
    public LoopState(IterationSpace space, ulong* before, uint flagsBefore, ulong* after)
    {
        _space = space;
        _before = before;
        _after = after;
        FirstFlags = flagsBefore & 0xf000_0000;
        _flags = LoopFlags.Constant(flagsBefore);
    }

    /// <summary>Registers read before they were written.</summary>
    public uint Inputs { get; private set; }

    /// <summary>Registers written.</summary>
    public uint Outputs { get; private set; }

    /// <summary>True when flags were read before they were set.</summary>
    public bool ReadsFlags { get; private set; }

    /// <summary>True when flags were set.</summary>
    public bool WritesFlags { get; private set; }

    /// <summary>NZCV before the first iteration.</summary>
    public uint FirstFlags { get; }

    /// <summary>NZCV.</summary>
    public LoopFlags Flags
    {
        get
        {
            ReadsFlags |= !_flagsKnown;
            _flagsKnown = true;
            return _flags;
        }

        set
        {
            _flagsKnown = true;
            WritesFlags = true;
            _flags = value;
        }
    }

    /// <summary>Memory read before it was written.</summary>
    public IReadOnlyList<Cell> MemoryInputs => _memoryInputs;

    /// <summary>Everything known of memory, inputs included; what of it was written includes what is written over since.</summary>
    public IReadOnlyList<Cell> Cells => _cells;

    /// <summary>What an input was at the start.</summary>
    public LoopValue InputOf(int register) => _inputs[register];

    /// <summary>X0 to X30, SP as 31.</summary>
    public LoopValue this[int register]
    {
        get
        {
            uint bit = 1u << register;
            if (((Inputs | Outputs) & bit) == 0)
            {
                Inputs |= bit;
                _registers[register] = LoopValue.Affine(_before[register], new Slopes((long)(_after[register] - _before[register]), 0, 0));
                _inputs[register] = _registers[register];
            }

            return _registers[register];
        }

        set
        {
            Outputs |= 1u << register;
            _registers[register] = value;
        }
    }

    /// <summary>Loads 1, 2, 4 or 8 bytes, with zeros above.</summary>
    /// <param name="address">Where in the host's memory.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="first">What the first iteration loaded.</param>
    public LoopValue Load(nint address, int size, ulong first)
    {
        if (Find(address, size) is { } cell)
        {
            LoopValue value = _space.Truncate(cell.Value, 8 * size);
            return value.IsOpaque || value.First == first ? value : LoopValue.Opaque;
        }

        bool isNew = true;
        for (int i = 0; i < size; i++)
        {
            isNew &= !_bytes.ContainsKey(address + i);
        }

        if (isNew)
        {
            return _space.Truncate(AddInput(address, size, first).Value, 8 * size);
        }

        bool isConstant = true;
        for (int i = 0; i < size; i++)
        {
            Cell part = _bytes.TryGetValue(address + i, out (int Cell, int Offset) place)
                ? _cells[place.Cell]
                : AddInput(address + i, 1, (byte)(first >> (8 * i)));
            isConstant &= part.Value.IsConstant;
        }

        return isConstant ? LoopValue.Constant(first) : LoopValue.Opaque;
    }

    /// <summary>Stores 1 to 8 bytes.</summary>
    /// <param name="address">Where in the host's memory.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="value">What; the low bits of it.</param>
    public void Store(nint address, int size, in LoopValue value)
    {
        var cell = new Cell(address, size, value, IsInput: false);
        if (Find(address, size) is { IsInput: false })
        {
            _cells[_bytes[address].Cell] = cell;
        }
        else
        {
            Add(cell);
        }
    }

    /// <summary>What stands in memory now, opaque where it is not one value. It must have been read or written.</summary>
    public LoopValue Peek(nint address, int size)
    {
        if (Find(address, size) is { } cell)
        {
            return cell.Value;
        }

        ulong value = 0;
        for (int i = 0; i < size; i++)
        {
            (int index, int offset) = _bytes[address + i];
            if (!_cells[index].Value.IsConstant)
            {
                return LoopValue.Opaque;
            }

            value |= (ulong)(byte)(_cells[index].Value.First >> (8 * offset)) << (8 * i);
        }

        return LoopValue.Constant(value);
    }

    /// <summary>True when a place in memory is not what it was when it was first read.</summary>
    public bool IsWritten(nint address, int size)
    {
        for (int i = 0; i < size; i++)
        {
            if (!_cells[_bytes[address + i].Cell].IsInput)
            {
                return true;
            }
        }

        return false;
    }

    private Cell? Find(nint address, int size)
    {
        if (!_bytes.TryGetValue(address, out (int Cell, int Offset) place) || place.Offset != 0 || _cells[place.Cell].Size != size)
        {
            return null;
        }

        for (int i = 1; i < size; i++)
        {
            if (_bytes[address + i] != (place.Cell, i))
            {
                return null;
            }
        }

        return _cells[place.Cell];
    }

    private Cell AddInput(nint address, int size, ulong first)
    {
        ulong now = 0;
        new ReadOnlySpan<byte>((byte*)address, size).CopyTo(new Span<byte>(&now, size));
        int shift = 64 - (8 * size);
        long growth = (long)((now - first) << shift) >> shift;
        var cell = new Cell(address, size, LoopValue.Affine(first, new Slopes(growth, 0, 0)), IsInput: true);
        Add(cell);
        _memoryInputs.Add(cell);
        return cell;
    }

    private void Add(Cell cell)
    {
        for (int i = 0; i < cell.Size; i++)
        {
            _bytes[cell.Address + i] = (_cells.Count, i);
        }

        _cells.Add(cell);
    }

    /// <summary>Bytes in memory that were read or written together.</summary>
    /// <param name="Address">Where in the host's memory.</param>
    /// <param name="Size">How many.</param>
    /// <param name="Value">What stands there; the low bits of it.</param>
    /// <param name="IsInput">True when it was read before it was written.</param>
    internal readonly record struct Cell(nint Address, int Size, LoopValue Value, bool IsInput);
}
