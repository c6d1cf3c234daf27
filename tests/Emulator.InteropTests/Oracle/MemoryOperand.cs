using Emulator.Cpu.Features;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>How an instruction with a base register finds its address. It only aims: it decides what is tried, not what is right.</summary>
internal sealed class MemoryOperand
{
    private readonly A64Row _row;
    private readonly bool _isSimd;
    private readonly bool _isPair;

    private MemoryOperand(A64Row row)
    {
        _row = row;
        _isSimd = row.Feature is CpuFeature.Fp or CpuFeature.AdvSimd;
        _isPair = Is("Pair");
    }

    /// <summary>True for base plus extended register.</summary>
    public bool IsRegisterOffset => Is("RegisterOffset");

    /// <summary>True where an address that is not aligned is a fault whatever SCTLR_ELx.A says.</summary>
    public bool MustBeAligned => Is("Exclusive") || Is("Acquire") || Is("Release") || IsAtomic;

    private bool IsAtomic => _row.Feature == CpuFeature.Lse;

    private bool IsStructure => Is("Structure");

    /// <summary>The operand of a row, or null if it has none with a base register.</summary>
    public static MemoryOperand? Of(A64Row row) =>
        (row.Group == A64Group.LoadStore || row.Name.Contains("Structure", StringComparison.Ordinal)) && row.Extract("Rn", 0) is not null
            ? new MemoryOperand(row)
            : null;

    /// <summary>Bytes that an access touches, at most.</summary>
    public ulong Size(OracleCase testCase)
    {
        if (IsStructure)
        {
            return OracleLayout.LongestAccess;
        }

        ulong one = 1UL << Scale(testCase);
        return _isPair ? 2 * one : one;
    }

    /// <summary>The distance from the base register.</summary>
    public ulong Offset(OracleCase testCase)
    {
        if (Is("PostIndexed") || IsStructure)
        {
            return 0;
        }

        if (IsRegisterOffset)
        {
            ulong value = testCase.Registers.Source(testCase.Field("Rm"));
            ulong extended = testCase.Field("option") switch
            {
                2 => (uint)value,
                6 => (ulong)(long)(int)value,
                _ => value,
            };
            return testCase.Field("S") == 1 ? extended << Scale(testCase) : extended;
        }

        foreach (A64Field field in _row.Fields)
        {
            uint value = field.Extract(testCase.Word);
            switch (field.Name)
            {
                case "imm12":
                    return (ulong)value << Scale(testCase);
                case "imm9" when Is("Authenticated"):
                    return (ulong)((long)((ulong)((testCase.Field("S") << 9) | value) << 54) >> 54) << 3;
                case "imm9":
                    return (ulong)((long)((ulong)value << 55) >> 55);
                case "imm7":
                    return (ulong)((long)((ulong)value << 57) >> 57) << Scale(testCase);
            }
        }

        return 0;
    }

    private int Scale(OracleCase testCase)
    {
        if (_isPair)
        {
            return _isSimd ? 2 + (int)testCase.Field("opc") : Is("SignedWord") ? 2 : Is("Exclusive") || IsAtomic ? 2 + (int)testCase.Field("sz") : 2 + (int)testCase.Field("sf");
        }

        if (Is("Prefetch") || Is("Authenticated"))
        {
            return 3;
        }

        return _isSimd && testCase.Field("size") == 0 && testCase.Field("opc1") == 1 ? 4 : (int)testCase.Field("size");
    }

    private bool Is(string part) => _row.Name.Contains(part, StringComparison.Ordinal);
}
