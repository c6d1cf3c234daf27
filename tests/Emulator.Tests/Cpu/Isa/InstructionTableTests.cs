using Emulator.IsaGenerator;

namespace Emulator.Tests.Cpu.Isa;

public class InstructionTableTests
{
    private const string Head = "field d Rd\nfield n Rn\nfield i imm#\nfield f sf\ngroup Integer\n";

    [Test]
    public void GeneratedFilesAreWhatTheTableSays()
    {
        string? root = TestContext.CurrentContext.TestDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, SourceGenerator.TableFile)))
        {
            root = Path.GetDirectoryName(root);
        }

        Assert.That(root, Is.Not.Null, "the tests do not run inside the repository");
        Assert.That(SourceGenerator.FindStale(root!), Is.Empty, "run: dotnet run --project tools/isa");
    }

    [Test]
    public void ARowIsRead()
    {
        InstructionRow row = Parse("Add ADD{sf:A,B} CRC32 f0010001 00 iiiiiiiiiiii nnnnn ddddd where Rd!=31 pending").Rows[0];

        Assert.That(row.Name, Is.EqualTo("Add"));
        Assert.That(row.Feature, Is.EqualTo("CRC32"));
        Assert.That(row.Group, Is.EqualTo("Integer"));
        Assert.That(row.Pattern, Is.EqualTo(new BitPattern(0x7fc00000, 0x11000000)));
        Assert.That(
            row.Fields,
            Is.EqualTo(new InstructionField[] { new("sf", 31, 1), new("imm12", 10, 12), new("Rn", 5, 5), new("Rd", 0, 5) }));
        Assert.That(row.Exclusions, Is.EqualTo(new BitPattern[] { new(31, 31) }));
        Assert.That(row.Pending, Is.True);
        Assert.That(row.Line, Is.EqualTo(6));
    }

    [Test]
    public void WordsMayNeedAnotherFeatureThanTheirRow()
    {
        InstructionRow row = Parse("Add ADD Fp f0010001 00 iiiiiiiiiiii nnnnn ddddd where Rd!=31 when Rn=3 needs Fp16 pending").Rows[0];

        Assert.That(row.Feature, Is.EqualTo("Fp"));
        Assert.That(row.Condition, Is.EqualTo(new FeatureCondition(new BitPattern(0x3e0, 0x60), "Fp16")));
        Assert.That(row.Pending, Is.True);
    }

    [Test]
    public void AGroupsLettersAreItsOwn()
    {
        InstructionTable table = Parse(
            "field d Rt\nA A - 00000000000000000000000000 0 ddddd\ngroup Other\nB B - 00000000000000000000000000 1 ddddd");

        Assert.That(table.Rows.Select(row => row.Fields[0].Name), Is.EqualTo(new[] { "Rt", "Rd" }));
        Assert.That(table.Groups, Is.EqualTo(new[] { "Integer", "Other" }));
    }

    [TestCase("A A - 0000000000000000000000000 0 ddddd", "6: the bit pattern has 31 characters, not 32")]
    [TestCase("A A - 0000000000000000000000000000 ddddd", "6: the bit pattern has 33 characters, not 32")]
    [TestCase("A A - 0000000000000000000000 ddddd ddddd where", "6: expected: where FIELD!=VALUE")]
    [TestCase("A A - 0000000000000000000000 ddddd ddddd when Rd=1", "6: expected once: when FIELD=VALUE needs FEATURE")]
    [TestCase("A A - 000000000000000000000000000 ddddd when Rd=1 needs B when Rd=2 needs B", "6: expected once: when FIELD=VALUE needs FEATURE")]
    [TestCase("A A - 000000000000000000000000000 ddddd when Rd!1 needs B", "6: expected: FIELD=VALUE")]
    [TestCase("A A - 0000000000000000000000 nnnn 0 d 0 ddd", "6: the field Rd stands in two places")]
    [TestCase("A A - 000000000000000000000000000 xxxxx", "6: no field is declared for the letter 'x'")]
    [TestCase("A A - 000000000000000000000000000 ddddd where Rn!=1", "6: the row has no field Rn")]
    [TestCase("A A - 000000000000000000000000000 ddddd where Rd!=32", "6: '32' is no value of Rd")]
    [TestCase("A A{Rn:X} - 000000000000000000000000000 ddddd", "6: the row has no field Rn")]
    [TestCase("A A{sf:X,Y,Z} - f00000000000000000000000000 ddddd", "6: {sf:X,Y,Z} has 3 parts, its field only 2 values")]
    [TestCase("A A - 000000000000000000000000000 ddddd within B", "6: A is within B, which is not there")]
    [TestCase("A A - 000000000000000000000000000 ddddd\nA A - 111111111111111111111111111 ddddd", "7: A is there already, in line 6")]
    [TestCase("A A - 000000000000000000000000000 ddddd\nB B - 0000000000000000000000 nnnnn 11111", "7: B overlaps A in line 6")]
    [TestCase("A A - 000000000000000000000000000 ddddd\nB B - 0000000000000000000000 00000 11111", "7: B overlaps A in line 6")]
    [TestCase("A A - 000000000000000000000000000 ddddd\nB B - 0000000000000000000000 nnnnn 11111 within A", "7: B is no special case of A")]
    [TestCase("a A - 000000000000000000000000000 ddddd", "6: 'a' is no name of an instruction")]
    [TestCase("field e Rn\nfield e Rm", "7: the letter e is declared twice")]
    [TestCase("group Integer", "6: the group Integer is there already")]
    public void AMistakeIsNamedWithItsLine(string rows, string message)
    {
        TableException? error = Assert.Throws<TableException>(() => Parse(rows));

        Assert.That(error?.Message, Does.StartWith("table:" + message));
    }

    [TestCase("A A - 000000000000000000000000000 ddddd\nB B - 0000000000000000000000 00000 11111 within A")]
    [TestCase("A A - 0000000000000000000000 nnnnn 00000 where Rn!=0\nB B - 000000000000000000000000000 ddddd")]
    public void AnExplainedOverlapIsAllowed(string rows)
    {
        Assert.That(Parse(rows).Rows, Has.Count.EqualTo(2));
    }

    private static InstructionTable Parse(string rows) => TableParser.Parse("table", Head + rows);
}
