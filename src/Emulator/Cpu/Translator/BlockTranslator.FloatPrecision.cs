using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>Conversions from one precision to another, of scalars and vectors.</summary>
internal sealed unsafe partial class BlockTranslator
{
    private const int HalfPrecision = 3;

    private bool TryWritePrecision()
    {
        int from = FieldSize;
        int to = (int)(_operation->Encoding >> 15) & 3;
        int site;
        switch (from, to)
        {
            case (0, 1):
                _assembler.Vector(HostVector.SingleToDouble, 0, Zero(0), VectorOperand(FieldN));
                site = CheckNotNaN(HostVector.CompareDouble);
                break;
            case (1, 0):
                _assembler.Vector(HostVector.DoubleToSingle, 0, Zero(0), VectorOperand(FieldN));
                site = CheckNarrowed();
                break;
            case (HalfPrecision, 0 or 1):
                LoadTrimmed(FieldN, 0, 2);
                _assembler.Vector(HostVector.HalvesToSingles, 0, 0, 0);
                site = CheckNotNaN(HostVector.CompareSingle);
                if (to == 1)
                {
                    // Exact, too.
                    _assembler.Vector(HostVector.SinglesToDoubles, 0, 0, 0);
                }

                break;
            case (0, HalfPrecision):
                LoadTrimmed(FieldN, 1, 4);
                site = SinglesToHalves(1);
                break;
            default:
                // From double to half precision would be rounded twice.
                return false;
        }

        WriteVector(FieldD, 0);
        Defer(site);
        return true;
    }

    private int CheckNotNaN(HostVector compare)
    {
        _assembler.Vector(compare, 0, 0, 0);
        return _assembler.JumpForwardIf(HostCondition.Parity);
    }

    // The jump for singles in XMM0 that the host may not be trusted with. Uses XMM1.
    private int CheckNarrowed()
    {
        _assembler.Vector(HostVector.And, 1, 0, Splat(2, int.MaxValue));
        _assembler.Vector(HostVector.MatchSingles, 1, 1, Splat(2, 1 << 23), MatchEqualOrUnordered);
        return JumpIfAny(1);
    }

    // Gives XMM0, not from there, and the jump for those that the host may not be trusted with. Uses XMM2 and XMM3.
    private int SinglesToHalves(int value)
    {
        const int byControl = 4;
        _assembler.Vector(HostVector.SinglesToHalves, value, 0, (HostRegister)0, byControl);
        _assembler.Vector(HostVector.MatchSingles, 3, value, value, MatchUnordered);
        _assembler.Vector(HostVector.And, 2, 0, Splat(1, 0x7fff));
        _assembler.Vector(HostVector.EqualWords, 2, 2, Splat(1, 1 << 10));
        _assembler.Vector(HostVector.Or, 3, 3, 2);
        return JumpIfAny(3);
    }

    private bool WritePrecisionLong(HostVector instruction)
    {
        if (IsUpper)
        {
            _assembler.Vector(HostVector.ShuffleDoublewords, 0, 0, VectorOperand(FieldN), 0b1110);
            _assembler.Vector(instruction, 0, 0, 0);
        }
        else
        {
            _assembler.Vector(instruction, 0, 0, VectorOperand(FieldN));
        }

        bool toDouble = instruction == HostVector.SinglesToDoubles;
        _assembler.Vector(toDouble ? HostVector.MatchDoubles : HostVector.MatchSingles, 3, 0, 0, MatchUnordered);
        int site = JumpIfAny(3);
        WriteVector(FieldD, 0);
        Defer(site);
        return true;
    }
}
