using System.Globalization;
using System.Text.RegularExpressions;
using Emulator.Cpu.Interpreter;
using Emulator.Cpu.Isa;

namespace Emulator.Tests.Cpu.Isa;

/// <summary>Decoder and disassembler against GNU objdump, over words of each row and over words at random.</summary>
public partial class GnuComparisonTests
{
    private const int Seed = 20;
    private const int WordsPerRow = 100;
    private const int WordsAtRandom = 60_000;

    private Case[] _cases = [];

    [OneTimeSetUp]
    public void Disassemble()
    {
        var random = new Random(Seed);
        uint Next() => (uint)random.NextInt64(1L << 32);
        uint[] words =
        [
            .. A64Table.Rows.SelectMany(row => Enumerable.Range(0, WordsPerRow).Select(_ => (Next() & ~row.Mask) | row.Value | ShouldBeOne(row))),
            .. Enumerable.Range(0, WordsAtRandom).Select(_ => Next()),
        ];
        string?[] texts = GnuDisassembler.Disassemble(words);
        _cases = [.. words.Select((word, i) => new Case(word, 4 * (ulong)i, A64Table.Find(A64Decoder.Decode(word)), texts[i]))];
    }

    [Test]
    public void TextsAgreeWhereBothKnowTheWord()
    {
        Case[] both = [.. _cases.Where(item => item.Row is not null && item.Gnu is not null && !IsLaterMeaning(item))];

        Assert.Multiple(() =>
        {
            Assert.That(both.Select(item => item.Row).Distinct().Count(), Is.EqualTo(A64Table.Rows.Count), "rows compared");
            foreach (Case item in both)
            {
                string ours = Disassembler.Disassemble(item.Word, item.Address);
                Assert.That(ours, Is.EqualTo(Normalize(item)), $"{item.Word:x8} of {item.Row!.Name}");
            }
        });
    }

    [Test]
    public void WordsWithoutRowAreNoneOfArmv80()
    {
        HashSet<string> mnemonics = [.. _cases.Where(item => item.Row is not null).Select(item => Disassembler.Mnemonic(item.Row!, item.Word))];

        Assert.Multiple(() =>
        {
            foreach (Case item in _cases.Where(item => item.Row is null && item.Gnu is not null))
            {
                Assert.That(
                    !mnemonics.Contains(item.Gnu!.Split(' ')[0]) || LaterOperands().IsMatch(item.Gnu),
                    $"{item.Word:x8} has no row and is {item.Gnu}");
            }
        });
    }

    [Test]
    public void WordsWithSemanticsAreAllocatedInBoth()
    {
        Assert.Multiple(() =>
        {
            foreach (Case item in _cases.Where(item => item.Row is { Pending: false } && !IsRefusedByGnuAlone(item)))
            {
                bool theirs = item.Gnu is not null && !IsLaterMeaning(item);
                Assert.That(Binds(item), Is.EqualTo(theirs), $"{item.Word:x8} of {item.Row!.Name}: {item.Gnu}");
            }
        });
    }

    private static string[] FieldsOfProcessState => ["spsel", "daif", " pan,", " uao,"];

    private static unsafe bool Binds(Case item)
    {
        DecodedOperation operation = default;
        operation.Encoding = item.Word;
        return Binder.Bind(item.Row!.Opcode, item.Word, &operation);
    }

    // Load-acquire with other values in the bits that should be one, and pairs of signed words into one register or over their own
    // base: CONSTRAINED UNPREDICTABLE, and executed here as on real CPUs.
    private static bool IsRefusedByGnuAlone(Case item) =>
        IsStackPointerSelectByAnyImmediate(item)
        || (item.Gnu is null
            && item.Row!.Opcode is A64Opcode.LoadAcquire or A64Opcode.LoadPairSignedWordPostIndexed
                or A64Opcode.LoadPairSignedWordSignedOffset or A64Opcode.LoadPairSignedWordPreIndexed);

    // MSR SPSel, SSBS and DIT take bit 0 of their immediate (Arm ARM C5.2.17); GNU names the register for 0 and 1 only.
    private static bool IsStackPointerSelectByAnyImmediate(Case item) =>
        item.Row!.Opcode is A64Opcode.MoveImmediateToSpeculativeStoreBypass or A64Opcode.MoveImmediateToDataIndependentTiming
        || (item.Row.Opcode == A64Opcode.MoveImmediateToProcessState && (item.Word & 0xff0ff) == 0x040bf);

    private static uint ShouldBeOne(A64Row row) => row.Opcode == A64Opcode.LoadAcquire ? 0x001f7c00u : 0;

    // Words that were free in ARMv8.0-A's encoding of a row and became another instruction later.
    private static bool IsLaterMeaning(Case item) => item.Row!.Opcode switch
    {
        A64Opcode.MoveImmediateToSpeculativeStoreBypass or A64Opcode.MoveImmediateToDataIndependentTiming => item.Row.Extract("CRm", item.Word) > 1,
        A64Opcode.MoveImmediateToProcessState => !FieldsOfProcessState.Any(field => item.Gnu!.Contains(field, StringComparison.Ordinal)),
        _ => false,
    };

    // Theirs as ours: no floating-point number in exponential form, no name of a system register, no hint by number.
    private static string Normalize(Case item)
    {
        string text = item.Gnu!;
        if (item.Row!.Within == A64Opcode.Hint)
        {
            Assert.That(text, Is.EqualTo($"hint #0x{(item.Word >> 5) & 0x7f:x}"));
            return Disassembler.Disassemble(item.Word, item.Address);
        }

        switch (item.Row.Opcode)
        {
            case A64Opcode.MoveToSystemRegister or A64Opcode.MoveFromSystemRegister when !text.Contains("_c", StringComparison.Ordinal):
                uint o0 = item.Row.Extract("o0", item.Word)!.Value + 2;
                uint[] parts = [.. new[] { "op1", "CRn", "CRm", "op2" }.Select(name => item.Row.Extract(name, item.Word)!.Value)];
                return NamedSystemRegister().Replace(text, $"s{o0}_{parts[0]}_c{parts[1]}_c{parts[2]}_{parts[3]}");
            default:
                return Exponential().Replace(text, number =>
                    double.Parse(number.Value, CultureInfo.InvariantCulture).ToString("0.0#######", CultureInfo.InvariantCulture));
        }
    }

    // What GNU takes for FMLAL and its kin whatever bit 22 is (it must be zero), registers of SVE and SME, minimum and maximum of general-purpose registers, and what the GNU
    // assembler takes for system registers below op0 = 2.
    [GeneratedRegex(@"^fml[as]l2? |\b[pz]\d+|\bza|^[su](min|max) [wx]|^(msr|mrs) .*\bs[01]_")]
    private static partial Regex LaterOperands();

    [GeneratedRegex(@"\b(?!x\d|xzr|m[rs][rs]\b)[a-z][a-z0-9_]+\b")]
    private static partial Regex NamedSystemRegister();

    [GeneratedRegex(@"-?\d\.\d+e[+-]\d+")]
    private static partial Regex Exponential();

    private readonly record struct Case(uint Word, ulong Address, A64Row? Row, string? Gnu);
}
