using System.Numerics;

namespace Emulator.Interrupts;

/// <summary>
/// The active priorities of one interrupt group at a CPU (ICC_AP0R*, ICC_AP1R*): a bit per preemption level, the most urgent first.
/// </summary>
internal sealed class GicActivePriorities
{
    /// <summary>Registers in the architecture; how many exist depends on the preemption bits.</summary>
    public const int MaximumRegisters = 4;

    private readonly uint[] _words = new uint[MaximumRegisters];

    public Span<uint> Words => _words;

    /// <summary>The most urgent active level, or <see cref="int.MaxValue"/>.</summary>
    public int Highest
    {
        get
        {
            for (int i = 0; i < MaximumRegisters; i++)
            {
                if (_words[i] != 0)
                {
                    return (32 * i) + BitOperations.TrailingZeroCount(_words[i]);
                }
            }

            return int.MaxValue;
        }
    }

    public void Activate(int level) => _words[level / 32] |= 1u << (level % 32);

    /// <summary>Priority drop: the most urgent level is no longer active.</summary>
    public void DropHighest()
    {
        for (int i = 0; i < MaximumRegisters; i++)
        {
            if (_words[i] != 0)
            {
                _words[i] &= _words[i] - 1;
                return;
            }
        }
    }
}
