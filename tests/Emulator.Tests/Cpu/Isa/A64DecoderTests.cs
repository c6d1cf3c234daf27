using Emulator.Cpu.Isa;

namespace Emulator.Tests.Cpu.Isa;

public class A64DecoderTests
{
    private const int WordsPerRow = 2000;

    [Test]
    public void EachRowDecodesToItself()
    {
        Assert.Multiple(() =>
        {
            foreach (A64Row row in A64Table.Rows)
            {
                CheckRow(row);
            }
        });
    }

    [Test]
    public void EachWordDecodesToTheMostSpecificRowThatMatchesIt()
    {
        var random = new Random(2);
        for (int i = 0; i < 20_000; i++)
        {
            uint word = (uint)random.NextInt64(1L << 32);
            A64Opcode expected = A64Table.Rows
                .Where(row => row.Matches(word))
                .OrderByDescending(row => uint.PopCount(row.Mask))
                .Select(row => row.Opcode)
                .FirstOrDefault();

            Assert.That(A64Decoder.Decode(word), Is.EqualTo(expected), $"{word:x8}");
        }
    }

    [TestCase(0x00000000u, nameof(A64Opcode.Undefined))]
    [TestCase(0xffffffffu, nameof(A64Opcode.Undefined))]
    [TestCase(0xd503201fu, nameof(A64Opcode.NoOperation))]
    [TestCase(0xd503227fu, nameof(A64Opcode.Hint))]
    [TestCase(0xd65f03c0u, nameof(A64Opcode.ReturnFromSubroutine))]
    [TestCase(0xa9bf7bfdu, nameof(A64Opcode.StorePairPreIndexed))]
    [TestCase(0x91000fe0u, nameof(A64Opcode.AddImmediate))]
    public void KnownWordsDecode(uint word, string expected)
    {
        Assert.That(A64Decoder.Decode(word).ToString(), Is.EqualTo(expected));
    }

    [Test]
    public void MetadataIsFoundByOpcode()
    {
        foreach (A64Opcode opcode in Enum.GetValues<A64Opcode>())
        {
            Assert.That(A64Table.Find(opcode)?.Opcode ?? A64Opcode.Undefined, Is.EqualTo(opcode));
        }
    }

    private static void CheckRow(A64Row row)
    {
        var random = new Random((int)row.Value);
        bool seen = false;
        for (int i = 0; i < WordsPerRow; i++)
        {
            uint word = ((uint)random.NextInt64(1L << 32) & ~row.Mask) | row.Value;
            A64Opcode decoded = A64Decoder.Decode(word);
            if (row.Matches(word) && decoded != row.Opcode)
            {
                uint mask = A64Table.Find(decoded)?.Mask ?? 0;
                Assert.That(
                    (mask & row.Mask) == row.Mask && mask != row.Mask,
                    $"{word:x8} is of {row.Name} and decodes to {decoded}, which is no special case of it");
            }

            seen |= decoded == row.Opcode;
        }

        Assert.That(seen, $"no word decodes to {row.Name}");
    }
}
