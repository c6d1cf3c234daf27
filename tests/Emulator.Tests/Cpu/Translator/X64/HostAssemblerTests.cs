using Emulator.Cpu.Translator.X64;
using Iced.Intel;
using NUnit.Framework;

namespace Emulator.Tests.Cpu.Translator.X64;

/// <summary>Every form that the encoder writes, with all registers and kinds of operands, must read back in another decoder as what was meant.</summary>
internal sealed unsafe partial class HostAssemblerTests
{
    private const ulong Address = 0x1000_0000;

    private static readonly HostRegister[] Registers = Enum.GetValues<HostRegister>();

    private static readonly int[] Displacements = [0, 1, -128, 127, 128, -129, 0x12345];

    private static readonly HostCondition[] Conditions = Enum.GetValues<HostCondition>();

    private readonly byte[] _buffer = new byte[64];

    [TestCase(false)]
    [TestCase(true)]
    public void Moves(bool wide) => ForRegistersAndOperands((register, operand) =>
    {
        if (!(wide && operand.Is(register)))
        {
            Check(a => a.Mov(wide, register, operand), $"mov {Name(register, wide)},{Text(operand, wide)}");
        }

        Check(a => a.Store(wide, operand, register), $"mov {Text(operand, wide)},{Name(register, wide)}");
        Check(a => a.LoadSized(1, register, operand), $"movzx {Name(register, false)},{Sized(operand, 1)}");
        Check(a => a.LoadSized(2, register, operand), $"movzx {Name(register, false)},{Sized(operand, 2)}");
        Check(a => a.LoadSized(4, register, operand), $"mov {Name(register, false)},{Sized(operand, 4)}");
        Check(a => a.LoadSized(8, register, operand), $"mov {Name(register, true)},{Sized(operand, 8)}");
        Check(a => a.LoadSigned(1, wide, register, operand), $"movsx {Name(register, wide)},{Sized(operand, 1)}");
        Check(a => a.LoadSigned(2, wide, register, operand), $"movsx {Name(register, wide)},{Sized(operand, 2)}");
        Check(a => a.LoadSigned(4, wide, register, operand), wide ? $"movsxd {Name(register, wide)},{Sized(operand, 4)}" : $"mov {Name(register, false)},{Sized(operand, 4)}");
        Check(a => a.StoreSized(1, operand, register), $"mov {Sized(operand, 1)},{NameOf(register, 1)}");
        Check(a => a.StoreSized(2, operand, register), $"mov {Sized(operand, 2)},{NameOf(register, 2)}");
        Check(a => a.StoreSized(8, operand, register), $"mov {Sized(operand, 8)},{NameOf(register, 8)}");
        Check(a => a.CompareByte(operand, -3), $"cmp {Sized(operand, 1)},0FDh");
        if (operand.IsMemory)
        {
            Check(a => a.Lea(wide, register, operand), $"lea {Name(register, wide)},{Text(operand, wide)}");
        }
    });

    [TestCase(false)]
    [TestCase(true)]
    public void Arithmetic(bool wide) => ForRegistersAndOperands((register, operand) =>
    {
        foreach (HostArithmetic operation in Enum.GetValues<HostArithmetic>())
        {
            Check(a => a.Arithmetic(operation, wide, register, operand), $"{Mnemonic(operation)} {Name(register, wide)},{Text(operand, wide)}");
        }

        Check(a => a.Test(wide, operand, register), $"test {Text(operand, wide)},{Name(register, wide)}");
        Check(a => a.Multiply(wide, register, operand), $"imul {Name(register, wide)},{Text(operand, wide)}");
        Check(a => a.CountLeadingZeros(wide, register, operand), $"lzcnt {Name(register, wide)},{Text(operand, wide)}");
        Check(a => a.ShiftBy(HostShift.Shl, wide, register, operand, HostRegister.R9), $"shlx {Name(register, wide)},{Text(operand, wide)},{Name(HostRegister.R9, wide)}");
        Check(a => a.ShiftBy(HostShift.Shr, wide, register, operand, HostRegister.Rcx), $"shrx {Name(register, wide)},{Text(operand, wide)},{Name(HostRegister.Rcx, wide)}");
        Check(a => a.ShiftBy(HostShift.Sar, wide, register, operand, HostRegister.Rsi), $"sarx {Name(register, wide)},{Text(operand, wide)},{Name(HostRegister.Rsi, wide)}");
        Check(a => a.RotateRight(wide, register, operand, 7), $"rorx {Name(register, wide)},{Text(operand, wide)},7");
        Check(a => a.AndNot(wide, register, HostRegister.R13, operand), $"andn {Name(register, wide)},{Name(HostRegister.R13, wide)},{Text(operand, wide)}");
        foreach (HostCondition condition in Conditions)
        {
            Check(a => a.MoveIf(condition, wide, register, operand), $"cmov{Suffix(condition)} {Name(register, wide)},{Text(operand, wide)}");
        }
    });

    [TestCase(false)]
    [TestCase(true)]
    public void Operands(bool wide) => ForOperands(operand =>
    {
        foreach (HostArithmetic operation in Enum.GetValues<HostArithmetic>())
        {
            Check(a => a.Arithmetic(operation, wide, operand, 5), $"{Mnemonic(operation)} {Sized(operand, wide ? 8 : 4)},5");
            Check(a => a.Arithmetic(operation, wide, operand, 0x1234), $"{Mnemonic(operation)} {Sized(operand, wide ? 8 : 4)},1234h");
        }

        foreach (HostShift shift in Enum.GetValues<HostShift>())
        {
            Check(a => a.Shift(shift, wide, operand, 7), $"{shift.ToString().ToLowerInvariant()} {Sized(operand, wide ? 8 : 4)},7");
        }

        Check(a => a.Test(wide, operand, 0x100), $"test {Sized(operand, wide ? 8 : 4)},100h");
        Check(a => a.BitTest(wide, operand, 9), $"bt {Sized(operand, wide ? 8 : 4)},9");
        Check(a => a.Not(wide, operand), $"not {Sized(operand, wide ? 8 : 4)}");
        Check(a => a.Negate(wide, operand), $"neg {Sized(operand, wide ? 8 : 4)}");
        Check(a => a.Divide(true, wide, operand), $"idiv {Sized(operand, wide ? 8 : 4)}");
        Check(a => a.Divide(false, wide, operand), $"div {Sized(operand, wide ? 8 : 4)}");
        Check(a => a.MultiplyWide(true, operand), $"imul {Sized(operand, 8)}");
        Check(a => a.MultiplyWide(false, operand), $"mul {Sized(operand, 8)}");
        Check(a => a.RotateRightByCl(wide, operand), $"ror {Sized(operand, wide ? 8 : 4)},cl");
        Check(a => a.Jump(operand), $"jmp {Sized(operand, 8)}");
        foreach (HostCondition condition in Conditions)
        {
            Check(a => a.SetIf(condition, operand), $"set{Suffix(condition)} {Sized(operand, 1)}");
        }

        if (operand.IsMemory)
        {
            Check(a => a.StoreConstant(wide, operand, 3), $"mov {Sized(operand, wide ? 8 : 4)},3");
        }

        foreach (HostRegister register in Registers)
        {
            Check(a => a.Crc32C(1, register, operand), $"crc32 {Name(register, false)},{Sized(operand, 1)}");
            Check(a => a.Crc32C(2, register, operand), $"crc32 {Name(register, false)},{Sized(operand, 2)}");
            Check(a => a.Crc32C(4, register, operand), $"crc32 {Name(register, false)},{Sized(operand, 4)}");
            Check(a => a.Crc32C(8, register, operand), $"crc32 {Name(register, true)},{Sized(operand, 8)}");
        }
    });

    [Test]
    public void FloatControl() => ForOperands(operand =>
    {
        if (operand.IsMemory)
        {
            Check(a => a.LoadFloatControl(operand), $"ldmxcsr {Sized(operand, 4)}");
            Check(a => a.StoreFloatControl(operand), $"stmxcsr {Sized(operand, 4)}");
        }
    });

    [Test]
    public void SingleRegisters()
    {
        foreach (HostRegister register in Registers)
        {
            Check(a => a.Push(register), $"push {Name(register, true)}");
            Check(a => a.Pop(register), $"pop {Name(register, true)}");
            Check(a => a.ByteSwap(true, register), $"bswap {Name(register, true)}");
            Check(a => a.ByteSwap(false, register), $"bswap {Name(register, false)}");
            Check(a => a.MovConstant(register, 0x12), $"mov {Name(register, false)},12h");
            Check(a => a.MovConstant(register, ulong.MaxValue), $"mov {Name(register, true)},0FFFFFFFFFFFFFFFFh");
            Check(a => a.MovConstant(register, 0x1234_5678_9abc_def0), $"mov {Name(register, true)},123456789ABCDEF0h");
            foreach (HostRegister high in Registers)
            {
                Check(a => a.ShiftRightDouble(true, register, high, 3), $"shrd {Name(register, true)},{Name(high, true)},3");
                Check(a => a.ShiftRightDouble(false, register, high, 3), $"shrd {Name(register, false)},{Name(high, false)},3");
            }
        }
    }

    [Test]
    public void Rest()
    {
        Check(a => a.Return(), "ret");
        Check(a => a.ComplementCarry(), "cmc");
        Check(a => a.LoadFlagsFromAh(), "sahf");
        Check(a => a.MovAh(0x42), "mov ah,42h");
        Check(a => a.SignToRdx(false), "cdq");
        Check(a => a.SignToRdx(true), "cqo");
    }

    [Test]
    public void Jumps()
    {
        Check(a => a.JumpTo(0x20), "jmp near ptr 0000000010000020h");
        foreach (HostRegister register in Registers)
        {
            Check(a => a.LeaOf(register, 0x20), $"lea {Name(register, true)},[10000020h]");
        }

        foreach (HostCondition condition in Conditions)
        {
            Check(a => a.JumpIf(condition, 0x20), $"j{Suffix(condition)} near ptr 0000000010000020h");
        }
    }

    [Test]
    public void JumpsArePatched()
    {
        Check(
            a =>
            {
                int site = a.JumpForwardIf(HostCondition.Less);
                a.Patch(site, 0x30);
            },
            "jl near ptr 0000000010000030h");
        Check(
            a =>
            {
                int site = a.JumpForward();
                a.PatchHere(site);
            },
            "jmp near ptr 0000000010000005h");
        Check(
            a =>
            {
                int start = a.Offset;
                a.JumpTo(0x20);
                int end = a.Offset;
                a.OverwriteByJump(start, 0x40);
                Assert.That(a.Offset, Is.EqualTo(end));
            },
            "jmp near ptr 0000000010000040h");
    }

    private static void ForOperands(Action<HostOperand> action)
    {
        foreach (HostRegister register in Registers)
        {
            action(register);
            foreach (int displacement in Displacements)
            {
                action(HostOperand.At(register, displacement));
            }

            foreach (HostRegister index in Registers.Where(r => r != HostRegister.Rsp))
            {
                action(HostOperand.Indexed(register, index, (int)index & 3, 16));
                action(HostOperand.Indexed(register, index));
            }
        }
    }

    private static void ForRegistersAndOperands(Action<HostRegister, HostOperand> action)
    {
        // All pairs of registers; with memory the register's own half of the encoding is independent.
        foreach (HostRegister register in Registers)
        {
            foreach (HostRegister other in Registers)
            {
                action(register, other);
            }

            action(register, HostOperand.At(HostRegister.Rbp, -8));
        }

        ForOperands(operand => action(HostRegister.Rdi, operand));
        ForOperands(operand => action(HostRegister.R14, operand));
    }

    private static string Mnemonic(HostArithmetic operation) => operation.ToString().ToLowerInvariant();

    private static string Suffix(HostCondition condition) =>
        new[] { "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g" }[(int)condition];

    private static string Name(HostRegister register, bool wide) => NameOf(register, wide ? 8 : 4);

    private static string NameOf(HostRegister register, int size)
    {
        string[] legacy = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
        int number = (int)register;
        if (number >= 8)
        {
            return $"r{number}{size switch { 1 => "b", 2 => "w", 4 => "d", _ => "" }}";
        }

        return size switch
        {
            1 => number < 4 ? legacy[number][..1] + "l" : legacy[number] + "l",
            2 => legacy[number],
            4 => "e" + legacy[number],
            _ => "r" + legacy[number],
        };
    }

    private static string Text(HostOperand operand, bool wide) => Sized(operand, wide ? 8 : 4);

    private static string Sized(HostOperand operand, int size)
    {
        if (!operand.IsMemory)
        {
            return NameOf(operand.Register, size);
        }

        string prefix = size switch { 16 => "xmmword ptr ", 1 => "byte ptr ", 2 => "word ptr ", 4 => "dword ptr ", _ => "qword ptr " };
        if (operand.IsConstant)
        {
            return $"{prefix}[{Address + (ulong)operand.Displacement:X}h]";
        }

        string text = NameOf(operand.Register, 8);
        if (operand.Index != HostRegister.Rsp)
        {
            text += "+" + NameOf(operand.Index, 8) + (operand.Scale == 0 ? "" : $"*{1 << operand.Scale}");
        }

        if (operand.Displacement != 0)
        {
            int magnitude = Math.Abs(operand.Displacement);
            string number = magnitude < 10 ? $"{magnitude}" : $"{magnitude:X}h";
            text += (operand.Displacement < 0 ? "-" : "+") + (char.IsLetter(number[0]) ? "0" + number : number);
        }

        return $"{prefix}[{text}]";
    }

    private void Check(Action<HostAssembler> write, string expected)
    {
        var assembler = new HostAssembler();
        int length;
        fixed (byte* buffer = _buffer)
        {
            assembler.Start(buffer, 0);
            write(assembler);
            length = assembler.Offset;
        }

        var decoder = Decoder.Create(64, new ByteArrayCodeReader(_buffer, 0, length), Address);
        Instruction instruction = decoder.Decode();
        var output = new StringOutput();
        FormatterOptions options = FormatterOptions.CreateMasm();
        options.MemorySizeOptions = MemorySizeOptions.Always;
        options.UsePseudoOps = false;
        new MasmFormatter(options).Format(instruction, output);
        string text = output.ToStringAndReset();

        // LEA's operand has no size.
        string meant = expected.StartsWith("lea", StringComparison.Ordinal) ? expected.Replace("qword ptr ", "", StringComparison.Ordinal).Replace("dword ptr ", "", StringComparison.Ordinal) : expected;
        if (text != meant || instruction.Length != length)
        {
            Assert.Fail($"meant '{meant}', written '{text}' in {length} bytes of which {instruction.Length} were read");
        }
    }
}
