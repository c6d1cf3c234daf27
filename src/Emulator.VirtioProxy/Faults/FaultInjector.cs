using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Faults;

/// <summary>Counts messages and decides what happens to each. It goes on through all connections of a machine, so that what happens once does not happen again to the next one.</summary>
/// <param name="plan">The plan.</param>
internal sealed class FaultInjector(FaultPlan plan)
{
    // The header, and the queue and head that come first in what names a request (docs/virtio-proxy.md, section 4).
    private const int NamingBytes = MessageHeader.Length + sizeof(uint) + sizeof(ushort);

    private readonly Lock _lock = new();
    private readonly long[,] _counts = new long[plan.Rules.Count, 3];

    /// <summary>How late a message is.</summary>
    public TimeSpan Delay => plan.Delay;

    /// <summary>How often something has happened.</summary>
    public long Injected { get; private set; }

    /// <summary>What happens to a message.</summary>
    /// <param name="side">Whose it is.</param>
    /// <param name="message">The message; changed when it is to be corrupt.</param>
    /// <returns>What happens, or null.</returns>
    public FaultKind? Judge(FaultSide side, Span<byte> message)
    {
        _ = MessageHeader.TryRead(message, Message.Longest, out MessageHeader header);
        lock (_lock)
        {
            for (int i = 0; i < plan.Rules.Count; i++)
            {
                FaultRule rule = plan.Rules[i];
                if (!rule.Concerns(side, header))
                {
                    continue;
                }

                long count = ++_counts[i, (int)side];
                ulong chance = Mix(plan.Seed + ((ulong)i << 40) + ((ulong)side << 32) + (ulong)count);
                if (count < rule.First || count - rule.First >= rule.Count || chance % (ulong)rule.OneIn != 0)
                {
                    continue;
                }

                if (rule.Kind == FaultKind.Corrupt)
                {
                    int bit = (int)((chance >> 32) % (ulong)(8 * Math.Min(NamingBytes, message.Length)));
                    message[bit / 8] ^= (byte)(1 << (bit % 8));
                }

                Injected++;
                return rule.Kind;
            }
        }

        return null;
    }

    // SplitMix64: the same everywhere.
    private static ulong Mix(ulong value)
    {
        value += 0x9e37_79b9_7f4a_7c15;
        value = (value ^ (value >> 30)) * 0xbf58_476d_1ce4_e5b9;
        value = (value ^ (value >> 27)) * 0x94d0_49bb_1331_11eb;
        return value ^ (value >> 31);
    }
}
