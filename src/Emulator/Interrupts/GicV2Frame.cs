using Emulator.Memory;

namespace Emulator.Interrupts;

/// <summary>
/// A register frame of a GICv2, banked by the accessing CPU and security state. Registers are words. A narrower access means the bytes of a word, the others staying as they are; a
/// doubleword is two words, the lower first.
/// </summary>
internal abstract class GicV2Frame : IMmioDevice
{
    private readonly GicV2 _gic;
    private readonly UnimplementedAccesses _unimplemented;
    private readonly RegisterTable<GicV2View> _registers;
    private GicV2View[] _views = [];

    protected GicV2Frame(GicV2 gic, string name, RegisterTable<GicV2View> registers, UnimplementedAccesses unimplemented)
    {
        _gic = gic;
        Name = name;
        _registers = registers;
        _unimplemented = unimplemented;
    }

    public string Name { get; }

    public ulong Length => 0x1_0000;

    public BusResult Read(in BusAccess access)
    {
        ulong value = ReadWord(access, access.Offset & ~3ul);
        if (access.Size == 8)
        {
            return value | ((ulong)ReadWord(access, (access.Offset & ~3ul) + 4) << 32);
        }

        return (value >> Shift(access)) & Mask(access.Size);
    }

    public BusStatus Write(in BusAccess access, ulong value)
    {
        ulong word = access.Offset & ~3ul;
        if (access.Size == 8)
        {
            WriteWord(access, word, (uint)value);
            WriteWord(access, word + 4, (uint)(value >> 32));
        }
        else if (access.Size == 4)
        {
            WriteWord(access, word, (uint)value);
        }
        else
        {
            GicV2NarrowWrite kind = NarrowWriteOf(word);
            if (kind != GicV2NarrowWrite.Ignored)
            {
                uint others = kind == GicV2NarrowWrite.Merged ? ReadWord(access, word) & ~(Mask(access.Size) << Shift(access)) : 0;
                WriteWord(access, word, others | ((uint)value << Shift(access)));
            }
        }

        return BusStatus.Ok;
    }

    public virtual bool IsPollable(in BusAccess access) => access.Size == 4 && (access.Offset & 3) == 0 && _registers.Find(access.Offset) is not null;

    public abstract void Reset(ResetKind kind);

    /// <summary>What a narrow write does to the register at the offset of a word.</summary>
    protected abstract GicV2NarrowWrite NarrowWriteOf(ulong offset);

    private static int Shift(in BusAccess access) => access.Size >= 4 ? 0 : 8 * (int)(access.Offset & (4 - (ulong)access.Size));

    private static uint Mask(int size) => size >= 4 ? uint.MaxValue : (1u << (8 * size)) - 1;

    private uint ReadWord(in BusAccess access, ulong offset)
    {
        if (!_registers.TryRead(View(access), offset, out uint value))
        {
            _unimplemented.ReportRegister(Name, offset, isWrite: false);
        }

        return value;
    }

    private void WriteWord(in BusAccess access, ulong offset, uint value)
    {
        if (!_registers.TryWrite(View(access), offset, value))
        {
            _unimplemented.ReportRegister(Name, offset, isWrite: true);
        }
    }

    private GicV2View View(in BusAccess access)
    {
        if (_views.Length == 0)
        {
            _views = [.. Enumerable.Range(0, 2 * _gic.CpuCount).Select(i => new GicV2View(_gic, _gic.Cpu(i / 2), (i & 1) != 0))];
        }

        return _views[(2 * _gic.Cpu(access).Index) + (access.Secure ? 1 : 0)];
    }
}
