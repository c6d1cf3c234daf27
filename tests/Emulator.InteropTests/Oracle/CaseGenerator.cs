using System.Runtime.InteropServices;
using Emulator.Cpu;
using Emulator.Cpu.Features;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;

namespace Emulator.InteropTests.Oracle;

/// <summary>Makes cases of a row: fields, registers, flags, modes, addresses.</summary>
internal sealed unsafe class CaseGenerator
{
    private const int Slots = OracleLayout.CodeLength / OracleLayout.SlotLength;

    private const int MaximumTries = 100;

    // FPCR.AHP, DN, FZ, RMode: what Armv8.0-A has; FZ16 came with half precision.
    private const ulong FpcrBits = 0x07c0_0000;
    private const ulong FlushHalfToZero = 1 << 19;

    // FPSR.QC, IDC, IXC, UFC, OFC, DZC, IOC.
    private const ulong FpsrBits = 0x0800_009f;

    private readonly A64Row _row;
    private readonly CpuModel _model;
    private readonly OracleRandom _random;
    private readonly SystemPrograms _systemPrograms;
    private readonly byte[] _data = new byte[OracleLayout.DataLength];
    private int _slot;

    /// <summary>Creates a generator.</summary>
    /// <param name="row">The row.</param>
    /// <param name="model">What the CPU has.</param>
    /// <param name="seed">The run's seed.</param>
    public CaseGenerator(A64Row row, CpuModel model, ulong seed)
    {
        _model = model;
        _row = row;
        _random = new OracleRandom(seed, row.Name);
        _systemPrograms = new SystemPrograms(_random);
        _slot = OracleLayout.ReservedSlots + _random.Below(Slots - OracleLayout.ReservedSlots);
        FillData();
    }

    /// <summary>The next case.</summary>
    public OracleCase Next()
    {
        var result = new OracleCase { Row = _row, Program = Program(), Address = NextSlot(), Data = _data };
        FillRegisters(result);
        if (_row.Feature == CpuFeature.PAuth && (result.Words.Length > 1 || _random.Percent(60)))
        {
            MakeCanonical(ref result.Registers);

            // libunicorn takes it for the modifier of LDRAA.
            result.Registers.Sp = _row.Group == A64Group.LoadStore && _random.Percent(80) ? 0 : result.Registers.Sp;
        }

        if (MemoryOperand.Of(_row) is { } operand)
        {
            AimAtData(result, operand);
        }
        else if (_row.Name.EndsWith("Literal", StringComparison.Ordinal))
        {
            AimLiteralAtData(result);
        }
        else if (_row.Group == A64Group.System)
        {
            AimSystemInstructionAtData(result);
        }
        else if (_row.Group == A64Group.Branch && _random.Percent(95))
        {
            // A branch to an address that is not aligned is the next instruction's affair.
            for (int i = 0; i < 31; i++)
            {
                result.Registers.X[i] &= ~3UL;
            }
        }

        return result;
    }

    // Addresses of 39 bits in the lower or the upper half.
    private static void MakeCanonical(ref RegisterFile registers)
    {
        for (int i = 0; i < 31; i++)
        {
            registers.X[i] = (ulong)((long)(registers.X[i] << 25) >> 25);
        }
    }

    private OracleProgram Program()
    {
        if (_systemPrograms.Create(_row) is { } program)
        {
            return program;
        }

        uint word = Word();
        if (PointerPrograms.Before(_row, word) is { } before && _random.Percent(70))
        {
            return new OracleProgram([before, word], 1);
        }

        if (!_row.Name.StartsWith("Store", StringComparison.Ordinal) || !_row.Name.Contains("Exclusive", StringComparison.Ordinal) || _random.Percent(20))
        {
            return new OracleProgram([word], 0);
        }

        // A load from the same base, into the zero register.
        const uint load = 1u << 22;
        const uint zeroRegisters = 0x1f_7c1f;
        return new OracleProgram([word | load | zeroRegisters, word], 1);
    }

    // Most words are allocated, as far as we know: the others are only tried for being UNDEFINED.
    private uint Word()
    {
        bool allocated = _random.Percent(90);
        for (int tries = 0; ; tries++)
        {
            uint known = _row.Mask;
            uint word = _row.Value;
            foreach (A64Field field in _row.Fields)
            {
                known |= ((1u << field.Width) - 1) << field.Shift;
                word |= FieldValue(field) << field.Shift;
            }

            // What no CPU looks at is ones where nothing else is said, as in the exclusives' unused registers.
            word |= (_random.Percent(80) ? uint.MaxValue : (uint)_random.Bits()) & ~known;
            if (A64Decoder.Decode(word) == _row.Opcode && !Unpredictable.Is(_row, word)
                && (!allocated || tries > MaximumTries || IsAllocated(word)))
            {
                return word;
            }
        }
    }

    private bool IsAllocated(uint word)
    {
        DecodedOperation operation;
        return A64Features.Decode(word, _model.Features) == _row.Opcode && Binder.Bind(_row.Opcode, word, &operation);
    }

    private uint FieldValue(A64Field field) => field.Name switch
    {
        "Rd" or "Rn" or "Rm" or "Ra" or "Rt" or "Rt2" or "Rs" => _random.Register(),
        _ when field.Width <= 4 => (uint)_random.Below(1 << field.Width),
        _ => _random.Field(field.Width),
    };

    private ulong NextSlot()
    {
        if (++_slot >= Slots)
        {
            _slot = OracleLayout.ReservedSlots;
        }

        return OracleLayout.Code + ((ulong)_slot * OracleLayout.SlotLength);
    }

    private void FillData()
    {
        foreach (ref ulong value in MemoryMarshal.Cast<byte, ulong>(_data.AsSpan()))
        {
            value = _random.Percent(50) ? _random.Integer() : _random.Lanes(16 << _random.Below(3), isFloat: true);
        }
    }

    private void FillRegisters(OracleCase testCase)
    {
        ref RegisterFile registers = ref testCase.Registers;
        bool extreme = _random.Percent(15);
        for (int i = 0; i < 31; i++)
        {
            registers.X[i] = extreme ? _random.Extreme() : _random.Integer();
        }

        registers.Sp = _random.Integer();
        registers.Flags = (ulong)_random.Below(16) << 28;
        registers.Fpcr = _random.Percent(40) ? 0 : _random.Bits() & _random.Bits() & (FpcrBits | (_model.Has(CpuFeature.Fp16) ? FlushHalfToZero : 0));
        registers.Fpsr = _random.Percent(70) ? 0 : _random.Bits() & FpsrBits;
        bool isFloat = _row.Name.Contains("Float", StringComparison.Ordinal) || _row.Feature == CpuFeature.Jscvt;
        int width = ElementWidth(testCase, isFloat);
        for (int i = 0; i < 64; i++)
        {
            registers.V[i] = _random.Below(10) switch
            {
                < 7 => _random.Lanes(width, isFloat),
                7 => _random.Lanes(8 << _random.Below(4), isFloat: false),
                8 => _random.Lanes(16 << _random.Below(3), isFloat: true),
                _ => _random.Bits(),
            };
        }

        if (isFloat && width >= 16 && _random.Percent(25))
        {
            for (int i = 0; i < 64; i++)
            {
                registers.V[i] = 0;
                for (int shift = 0; shift < 64; shift += width)
                {
                    registers.V[i] |= _random.OrdinaryFloat(width) << shift;
                }
            }
        }
        else if (_random.Percent(20))
        {
            RelateVectors(ref registers, width);
        }
    }

    // Operands that are alike but for a sign or a last bit: sums that cancel, comparisons that are equal.
    private void RelateVectors(ref RegisterFile registers, int width)
    {
        ulong lowest = 0;
        for (int shift = 0; shift < 64; shift += width)
        {
            lowest |= 1UL << shift;
        }

        for (int i = 2; i < 64; i++)
        {
            registers.V[i] = registers.V[i % 2] ^ _random.Below(4) switch
            {
                0 => lowest << (width - 1),
                1 => lowest,
                2 => lowest | (lowest << (width - 1)),
                _ => 0,
            };
        }
    }

    // The width of the elements that the instruction works on, as far as its fields say so.
    private int ElementWidth(OracleCase testCase, bool isFloat)
    {
        uint word = testCase.Word;
        if (_row.Feature is CpuFeature.Jscvt)
        {
            return 64;
        }

        // Both halves of a number in single precision are one in BFloat16, the upper one of a like magnitude.
        if (_row.Feature == CpuFeature.Bf16)
        {
            return 32;
        }

        if (_row.Feature == CpuFeature.Fhm || _row.Name.EndsWith("Half", StringComparison.Ordinal))
        {
            return 16;
        }

        if (_row.Extract("ftype", word) is { } type)
        {
            return type switch { 0 => 32, 1 => 64, _ => 16 };
        }

        if (_row.Extract("sz", word) is { } sz && isFloat)
        {
            return 32 << (int)sz;
        }

        return _row.Extract("size", word) is { } size ? 8 << (int)size : 8 << _random.Below(4);
    }

    private void AimAtData(OracleCase testCase, MemoryOperand operand)
    {
        ref RegisterFile registers = ref testCase.Registers;
        if (_random.Percent(4))
        {
            return;
        }

        if (operand.IsRegisterOffset && testCase.Field("Rm") is var rm and not 31)
        {
            // A small distance with anything in what the extension drops.
            ulong distance = (ulong)(long)(_random.Below(8192) - 4096);
            registers.X[rm] = _random.Percent(50) ? distance : (uint)distance | (_random.Bits() << 32);
        }

        ulong size = operand.Size(testCase);
        ulong target = Target(size, operand.MustBeAligned);
        registers.SetBase(testCase.Field("Rn"), 0);
        ulong offset = operand.Offset(testCase);
        registers.SetBase(testCase.Field("Rn"), target - offset);
    }

    private ulong Target(ulong size, bool mustBeAligned)
    {
        ulong inside = (ulong)_random.Below(OracleLayout.DataLength - OracleLayout.LongestAccess);
        if (mustBeAligned && _random.Percent(90))
        {
            return OracleLayout.Data + (inside & ~(size - 1));
        }

        ulong around = (ulong)_random.Below(2 * (int)size) - size;
        return OracleLayout.Data + _random.Below(20) switch
        {
            < 5 => inside & ~15UL,
            < 9 => inside & ~(size - 1),
            < 14 => inside,
            < 18 => 4096 + around,
            18 => OracleLayout.DataLength + around,
            _ => OracleLayout.DataLength + inside,
        };
    }

    private void AimLiteralAtData(OracleCase testCase)
    {
        if (!testCase.Row.Fields.Any(field => field is { Name: "imm19", Shift: 5 }))
        {
            return;
        }

        // What else is in the code is each subject's own affair.
        ulong random = testCase.WordAddress + (ulong)((long)((ulong)(testCase.Word >> 5) << 45) >> 43);
        if (_random.Percent(5) && random - OracleLayout.Code >= OracleLayout.CodeLength)
        {
            return;
        }

        ulong target = OracleLayout.Data + ((ulong)_random.Below(OracleLayout.DataLength - 16) & ~3UL);
        uint distance = (uint)((target - testCase.WordAddress) >> 2) & 0x7ffff;
        testCase.Words[testCase.Program.Tried] = (testCase.Word & ~(0x7ffffu << 5)) | (distance << 5);
    }

    // DC ZVA and the exclusives around CLREX have their address in any register.
    private void AimSystemInstructionAtData(OracleCase testCase)
    {
        if (_row.Opcode is not (A64Opcode.SystemInstruction or A64Opcode.ClearExclusive))
        {
            return;
        }

        for (int i = 0; i < 31; i++)
        {
            ulong inside = (ulong)_random.Below(OracleLayout.DataLength);
            testCase.Registers.X[i] = OracleLayout.Data + (_row.Opcode == A64Opcode.ClearExclusive ? inside & ~15UL : inside);
        }
    }
}
