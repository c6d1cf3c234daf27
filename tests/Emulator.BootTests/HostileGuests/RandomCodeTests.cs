using System.Buffers.Binary;
using Emulator.Cpu.Isa;

namespace Emulator.BootTests.HostileGuests;

/// <summary>Guests whose code is random: half of the words are valid instructions with random operands, half are anything.</summary>
public sealed class RandomCodeTests : HostileGuestFixture
{
    private const int PayloadLength = 0x40000;
    private const long Instructions = 300_000;

    private static readonly A64Row[] s_rows = [.. A64Table.Rows.Where(row => !row.Name.StartsWith("WaitFor", StringComparison.Ordinal))];

    [Test]
    public void Random_code_ends_at_its_limit_or_in_a_named_way([Values(1, 2, 3)] int level, [Range(1, 8)] int seed)
    {
        var random = new Random((level * 1000) + seed);
        byte[] payload = Payload(random);
        byte[] code = WithSkippingVectors(level).Branch(CodeBase + 0x1000).PadTo(CodeBase + 0x1000).ToBytes();
        Machine machine = Start(level, CodeBase, (VectorBase, RestartingVectors(level, CodeBase + 0x1000)), (CodeBase, [.. code, .. payload]));

        StopReason reason = machine.Run(new RunLimits { MaxInstructions = Instructions });

        Assert.That(reason, Is.AnyOf(StopReason.MaxInstructions, StopReason.LockUp, StopReason.PowerOff, StopReason.Reset));
        Assert.That(machine.RetiredInstructions, Is.LessThanOrEqualTo(Instructions));
        Assert.That(machine.RetiredInstructions == Instructions, Is.EqualTo(reason == StopReason.MaxInstructions));
        Assert.That(machine.Unimplemented.Counts, Has.Count.LessThanOrEqualTo(Memory.UnimplementedAccesses.MostKinds + 1));
    }

    [Test]
    public void Random_code_does_the_same_twice()
    {
        string first = Outcome();

        Assert.That(Outcome(), Is.EqualTo(first));

        string Outcome()
        {
            byte[] code = WithSkippingVectors(3).Branch(CodeBase + 0x1000).PadTo(CodeBase + 0x1000).ToBytes();
            Machine machine = Start(3, CodeBase, (VectorBase, RestartingVectors(3, CodeBase + 0x1000)), (CodeBase, [.. code, .. Payload(new Random(77))]));
            StopReason reason = machine.Run(new RunLimits { MaxInstructions = Instructions });
            return $"{reason}\n{machine.DescribeState()}\n{string.Join('\n', machine.Statistics.Undefined)}";
        }
    }

    private static byte[] Payload(Random random)
    {
        byte[] bytes = new byte[PayloadLength];
        random.NextBytes(bytes);
        for (int i = 0; i < bytes.Length; i += 4)
        {
            if (random.Next(2) == 0)
            {
                A64Row row = s_rows[random.Next(s_rows.Length)];
                uint word = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i));
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i), (word & ~row.Mask) | row.Value);
            }
        }

        return bytes;
    }
}
