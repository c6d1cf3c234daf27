using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Translator.X64;

namespace Emulator.Cpu.Translator;

/// <summary>NZCV: in the host's flags as long as they last, and stored where anybody else may look.</summary>
internal sealed unsafe partial class BlockTranslator
{
    private const int NegativeBit = 8;
    private const int ZeroBit = 4;
    private const int CarryBit = 2;
    private const int OverflowBit = 1;

    // The host's flags now hold NZCV, by a result that is in a register.
    private void SetFlags(HostFlags flags, HostRegister result, bool wide)
    {
        _flags = flags;
        _result = result;
        _resultIsWide = wide;
        if (_storesFlags)
        {
            StoreFlags(flags);
        }
    }

    // The host's flags stay as they are.
    private void StoreFlags(HostFlags flags)
    {
        if (_result == HostRegister.Rsp)
        {
            StoreFlagsWithoutResult(flags);
            return;
        }

        if (_resultIsWide)
        {
            _assembler.Store(true, StateLayout.NegativeFlag, _result);
        }
        else
        {
            _assembler.LoadSigned(4, true, Rcx, _result);
            _assembler.Store(true, StateLayout.NegativeFlag, Rcx);
        }

        _assembler.Store(true, StateLayout.ZeroFlag, _result);
        _assembler.SetIf(flags == HostFlags.Add ? HostCondition.Below : HostCondition.AboveOrEqual, StateLayout.CarryFlag);
        _assembler.SetIf(HostCondition.Overflow, StateLayout.OverflowFlag);
    }

    private void StoreFlagsWithoutResult(HostFlags flags)
    {
        _assembler.SetIf(flags == HostFlags.Add ? HostCondition.Below : HostCondition.AboveOrEqual, StateLayout.CarryFlag);
        _assembler.SetIf(HostCondition.Overflow, StateLayout.OverflowFlag);
        _assembler.SetIf(HostCondition.NotEqual, Rax);
        _assembler.LoadSized(1, Rax, Rax);
        _assembler.Store(true, StateLayout.ZeroFlag, Rax);
        _assembler.SetIf(HostCondition.Sign, Rax);
        _assembler.LoadSized(1, Rax, Rax);

        // The sign as the sign of a doubleword, without a shift, which would change the host's flags.
        _assembler.MovConstant(Rcx, 63);
        _assembler.ShiftBy(HostShift.Shl, true, Rax, Rax, Rcx);
        _assembler.Store(true, StateLayout.NegativeFlag, Rax);
    }

    // Computes the flags of an instruction again, whose sources are as they were, and stores them.
    private void RepeatFlags(DecodedOperation* source)
    {
        if (source == null)
        {
            return;
        }

        DecodedOperation repeated = *source;
        repeated.Rd = CpuState.Sink;
        DecodedOperation* operation = _operation;
        bool storesFlags = _storesFlags;
        _operation = &repeated;
        _storesFlags = true;
        WriteInteger();
        _operation = operation;
        _storesFlags = storesFlags;
        _flags = HostFlags.None;
        _result = HostRegister.Rsp;
    }

    private void StoreConstantFlags(int nzcv)
    {
        _assembler.StoreConstant(true, StateLayout.NegativeFlag, (nzcv & NegativeBit) != 0 ? -1 : 0);
        _assembler.StoreConstant(true, StateLayout.ZeroFlag, (nzcv & ZeroBit) != 0 ? 0 : 1);
        _assembler.StoreConstant(true, StateLayout.CarryFlag, (nzcv & CarryBit) != 0 ? 1 : 0);
        _assembler.StoreConstant(true, StateLayout.OverflowFlag, (nzcv & OverflowBit) != 0 ? 1 : 0);
    }

    // The host's flags become what they would be after an operation that had given these.
    private void LoadConstantFlags(int nzcv, HostFlags flags)
    {
        // ADD of bytes 0 or 0x7f and 1 clears or sets OF; SAHF sets the others.
        _assembler.MovConstant(Rax, (nzcv & OverflowBit) != 0 ? 0x7fffffffUL : 0);
        _assembler.Arithmetic(HostArithmetic.Add, false, (HostOperand)Rax, 1);
        bool carry = ((nzcv & CarryBit) != 0) == (flags == HostFlags.Add);
        _assembler.MovAh((byte)(((nzcv & NegativeBit) != 0 ? 0x80 : 0) | ((nzcv & ZeroBit) != 0 ? 0x40 : 0) | 2 | (carry ? 1 : 0)));
        _assembler.LoadFlagsFromAh();
        _flags = flags;
        _result = HostRegister.Rsp;
    }

    // Makes a condition of the guest one of the host.
    private HostCondition WriteCondition(int condition)
    {
        if (_flags != HostFlags.None)
        {
            return HostConditionFor(condition);
        }

        HostCondition holds = (condition >> 1) switch
        {
            0 => Compare(StateLayout.ZeroFlag, HostCondition.Equal),
            1 => CompareByte(StateLayout.CarryFlag),
            2 => Compare(StateLayout.NegativeFlag, HostCondition.Sign),
            3 => CompareByte(StateLayout.OverflowFlag),
            4 => WriteHigher(),
            5 => WriteGreaterOrEqual(),
            _ => WriteGreater(),
        };
        return (HostCondition)((int)holds ^ (condition & 1));

        HostCondition Compare(in HostOperand field, HostCondition result)
        {
            _assembler.Arithmetic(HostArithmetic.Cmp, true, field, 0);
            return result;
        }

        // As wide as it was stored: the host would wait for its caches otherwise.
        HostCondition CompareByte(in HostOperand field)
        {
            _assembler.CompareByte(field, 0);
            return HostCondition.NotEqual;
        }
    }

    // C and not Z.
    private HostCondition WriteHigher()
    {
        _assembler.LoadSized(1, Rax, StateLayout.CarryFlag);
        _assembler.Negate(true, Rax);
        _assembler.Test(true, StateLayout.ZeroFlag, Rax);
        return HostCondition.NotEqual;
    }

    // N == V.
    private HostCondition WriteGreaterOrEqual()
    {
        _assembler.LoadSized(1, Rax, StateLayout.OverflowFlag);
        _assembler.Shift(HostShift.Shl, true, Rax, 63);
        _assembler.Arithmetic(HostArithmetic.Xor, true, Rax, StateLayout.NegativeFlag);
        return HostCondition.NoSign;
    }

    // N == V and not Z.
    private HostCondition WriteGreater()
    {
        _ = WriteGreaterOrEqual();
        _assembler.Shift(HostShift.Sar, true, Rax, 63);
        _assembler.Not(true, Rax);
        _assembler.Test(true, StateLayout.ZeroFlag, Rax);
        return HostCondition.NotEqual;
    }

    private HostCondition HostConditionFor(int condition)
    {
        if (condition >> 1 == 4 && _flags == HostFlags.Add)
        {
            // There is no host condition for this sense of the carry; there is one for the other.
            _assembler.ComplementCarry();
            _flags = HostFlags.Subtract;
        }

        HostCondition holds = (condition >> 1) switch
        {
            0 => HostCondition.Equal,
            1 => _flags == HostFlags.Add ? HostCondition.Below : HostCondition.AboveOrEqual,
            2 => HostCondition.Sign,
            3 => HostCondition.Overflow,
            4 => HostCondition.Above,
            5 => HostCondition.GreaterOrEqual,
            _ => HostCondition.Greater,
        };
        return (HostCondition)((int)holds ^ (condition & 1));
    }

    // The host's CF becomes C, or its inverse. RCX may change.
    private void LoadCarry(bool inverted)
    {
        if (_flags == HostFlags.None)
        {
            _assembler.LoadSized(1, Rcx, StateLayout.CarryFlag);
            _assembler.BitTest(false, Rcx, 0);
            if (inverted)
            {
                _assembler.ComplementCarry();
            }
        }
        else if ((_flags == HostFlags.Subtract) != inverted)
        {
            _assembler.ComplementCarry();
        }
    }
}
