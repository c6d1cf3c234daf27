using Emulator.Cpu.Isa;

namespace Emulator.Tests.Cpu.Isa;

public class DisassemblerTests
{
    [TestCase(0xd503201fu, "nop")]
    [TestCase(0xd65f03c0u, "ret")]
    [TestCase(0x910043ffu, "add sp, sp, #0x10")]
    [TestCase(0xa9bf7bfdu, "stp x29, x30, [sp, #-16]!")]
    [TestCase(0xb8627823u, "ldr w3, [x1, x2, lsl #2]")]
    [TestCase(0x92401c20u, "and x0, x1, #0xff")]
    [TestCase(0xd5381000u, "mrs x0, s3_0_c1_c0_0")]
    [TestCase(0x4ea28420u, "add v0.4s, v1.4s, v2.4s")]
    [TestCase(0x1e6e1000u, "fmov d0, #1.0")]
    [TestCase(0x4c40787fu, "ld1 {v31.4s}, [x3]")]
    [TestCase(0x0cdf2bfeu, "ld1 {v30.2s, v31.2s, v0.2s, v1.2s}, [sp], #32")]
    [TestCase(0xffffffffu, ".inst 0xffffffff")]
    public void AWordBecomesText(uint word, string expected)
    {
        Assert.That(Disassembler.Disassemble(word), Is.EqualTo(expected));
    }

    [TestCase(0x54000041u, "b.ne 0x1008", "b.ne .+8")]
    [TestCase(0x17ffffffu, "b 0xffc", "b .-4")]
    [TestCase(0xb0000000u, "adrp x0, 0x2000", "adrp x0, .+4096")]
    [TestCase(0x58000040u, "ldr x0, 0x1008", "ldr x0, .+8")]
    public void ATargetIsAnAddressWhereTheWordsIsKnown(uint word, string at1000, string anywhere)
    {
        Assert.That(Disassembler.Disassemble(word, 0x1000), Is.EqualTo(at1000));
        Assert.That(Disassembler.Disassemble(word), Is.EqualTo(anywhere));
    }

    [Test]
    public void EachWordBecomesText()
    {
        var random = new Random(6);
        foreach (A64Row row in A64Table.Rows)
        {
            for (int i = 0; i < 200; i++)
            {
                uint word = ((uint)random.NextInt64(1L << 32) & ~row.Mask) | row.Value;
                Assert.That(Disassembler.Disassemble(word, 0x8000_0000), Is.Not.Empty.And.Not.Contains("="));
            }
        }
    }
}
