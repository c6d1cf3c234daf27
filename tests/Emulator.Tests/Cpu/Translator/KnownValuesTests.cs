using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator;
using NUnit.Framework;

namespace Emulator.Tests.Cpu.Translator;

/// <summary>What is known of registers behind some instructions.</summary>
internal sealed unsafe class KnownValuesTests
{
    [TestCase(3, 0x1234_5678UL, 0xd28a_cf03U, 0xf2a2_4683U, TestName = "MOVZ, MOVK")]
    [TestCase(3, 0xffff_ffff_1234_5678UL, 0x9295_30e3U, 0xf2a2_4683U, TestName = "MOVN, MOVK")]
    [TestCase(3, 0x0000_5678UL, 0xf2c2_4683U, 0x528a_cf03U, TestName = "a MOVK of nothing, MOVZ of a word")]
    [TestCase(3, 0x1234_ffffUL, 0x9280_0003U, 0x72a2_4683U, TestName = "MOVN, MOVK of a word")]
    [TestCase(4, 0x0000_0000_ffff_fffeUL, 0x9280_0003U, 0x5100_0464U, TestName = "MOVN, SUB of a word")]
    [TestCase(5, 0xffff_ffff_ffff_ff00UL, 0x9280_1fe3U, 0xaa03_03e5U, TestName = "MOVN, MOV")]
    [TestCase(31, 0x10UL, 0xd280_0203U, 0x9100_007fU, TestName = "MOVZ, MOV to SP")]
    [TestCase(3, 0x7fUL, 0xaa1f_03e3U, 0xb240_1863U, TestName = "MOV of zero, ORR")]
    [TestCase(5, 0x30UL, 0xd280_0203U, 0x8b03_0465U, TestName = "MOVZ, ADD of it, shifted")]
    [TestCase(5, 0xfff8UL, 0x529f_ff03U, 0x5300_3c65U, TestName = "MOVZ, UXTH")]
    public void AreFoundOut(int register, ulong value, uint first, uint second)
    {
        var known = new KnownValues();
        Follow(known, first);
        Follow(known, second);
        Assert.That(known.TryGet(register, out ulong result), Is.True);
        Assert.That(result, Is.EqualTo(value));
    }

    [TestCase(3, 0xd28a_cf03U, 0xf940_0043U, TestName = "MOVZ, LDR")]
    [TestCase(3, 0x9000_0003U, 0xf2a2_4683U, TestName = "ADRP, MOVK")]
    [TestCase(4, 0xd000_0003U, 0x910d_1464U, TestName = "ADRP, ADD")]
    [TestCase(4, 0xd28a_cf03U, 0xaa05_0064U, TestName = "MOVZ, ORR with another register")]
    [TestCase(4, 0xd28a_cf03U, 0xb100_0464U, TestName = "MOVZ, ADDS")]
    [TestCase(CpuState.Sink, 0xd28a_cf03U, 0xd28a_cf1fU, TestName = "MOVZ to XZR")]
    public void AreNotKnown(int register, uint first, uint second)
    {
        var known = new KnownValues();
        Follow(known, first);
        Follow(known, second);
        Assert.That(known.TryGet(register, out _), Is.False);
    }

    [Test]
    public void AreForgotten()
    {
        var known = new KnownValues();
        Follow(known, 0xd280_0023); // mov x3, #1
        Follow(known, 0xd280_0024); // mov x4, #1
        known.Forget(3);
        Assert.That(known.TryGet(3, out _), Is.False);
        Assert.That(known.TryGet(4, out _), Is.True);
        known.Clear();
        Assert.That(known.TryGet(4, out _), Is.False);
        Assert.That(known.TryGet(CpuState.Zero, out ulong zero) && zero == 0, Is.True);
    }

    // As the translator does.
    private static void Follow(KnownValues known, uint word)
    {
        DecodedOperation operation = new() { Encoding = word, Opcode = (ushort)A64Decoder.Decode(word) };
        Assert.That(Binder.Bind(A64Decoder.Decode(word), word, &operation), Is.True);
        bool isKnown = known.TryEvaluate(&operation, out ulong value);
        known.Forget(operation.Rd);
        if (isKnown)
        {
            known.Set(operation.Rd, value);
        }
    }
}
