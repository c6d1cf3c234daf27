
namespace Emulator.Fuzz;

/// <summary>Performs random inputs, for hosts without a fuzzer.</summary>
/// <param name="target">What performs them.</param>
/// <param name="kinds">The devices.</param>
/// <param name="only">Which of them, or <see cref="RandomInputs.AnyDevice"/>.</param>
internal sealed class RandomRuns(VirtioTarget target, IReadOnlyList<FuzzDevice> kinds, int only = RandomInputs.AnyDevice)
{
    private readonly RandomInputs _inputs = new(kinds, only);

    /// <summary>Performs inputs.</summary>
    /// <param name="seed">The first one's number.</param>
    /// <param name="count">How many.</param>
    /// <returns>The first that shows a mistake, or null.</returns>
    public FuzzFinding? Run(ulong seed, long count)
    {
        for (ulong i = 0; i < (ulong)count; i++)
        {
            ReadOnlySpan<byte> input = _inputs.Make(seed + i);
            try
            {
                target.Run(input);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                return new FuzzFinding(seed + i, input.ToArray(), e);
            }
        }

        return null;
    }
}
