using Emulator.Cpu;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;
using Emulator.Cpu.Translator;
using Emulator.Testing;

namespace Emulator.InteropTests.Oracle;

/// <summary>The rig sees what the translator gets wrong, and how much of the instruction set it has seen.</summary>
internal sealed class EnginesSubjectTests
{
    [SetUp]
    public void Require()
    {
        if (!TranslationEngine.IsSupported)
        {
            Peer.Missing("the translator does not know this host");
        }
    }

    [TestCase(A64Opcode.AddImmediate)]
    [TestCase(A64Opcode.LoadRegisterUnsignedOffset)]
    [TestCase(A64Opcode.AddVector)]
    public void AMistakeOfTheTranslatorIsTold(A64Opcode opcode)
    {
        var row = A64Table.Find(opcode)!;
        using var subject = new EnginesSubject(CpuModel.CortexA57, mistake: (ref DecodedOperation operation) =>
        {
            operation.Immediate ^= operation.Opcode == (ushort)opcode ? 8u : 0;
            operation.Encoding ^= operation.Opcode == (ushort)opcode ? 1u << 16 : 0;
        });
        var generator = new CaseGenerator(row, CpuModel.CortexA57, OracleSettings.Seed);
        var result = new OracleResult();

        var told = Assert.Throws<AssertionException>(() =>
        {
            for (int i = 0; i < OracleSettings.DefaultCases; i++)
            {
                subject.Execute(generator.Next(), result);
            }
        });
        Assert.That(told!.Message, Does.StartWith($"{opcode}: jit and interpreter differ"));
    }

    [Test]
    public void MostRowsAreTranslatedHere()
    {
        using var subject = new EnginesSubject(CpuModel.Max);
        var result = new OracleResult();
        foreach (A64Row row in A64Table.Rows.Where(OracleChoice.IsComparedWithQemu))
        {
            subject.Execute(new CaseGenerator(row, CpuModel.Max, OracleSettings.Seed).Next(), result);
        }

        Assert.That(Conformance.Translator, Has.Count.GreaterThan(150));
    }
}
