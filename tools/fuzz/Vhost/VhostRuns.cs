using Emulator.Fuzz.Proxy;

namespace Emulator.Fuzz.Vhost;

/// <summary>Performs random inputs of vhost-user, by turns for a server and for a front end.</summary>
internal static class VhostRuns
{
    private const int MostBytes = 32 << 10;

    /// <summary>Performs inputs.</summary>
    /// <param name="seed">The first one's number.</param>
    /// <param name="count">How many.</param>
    /// <returns>The first that shows a mistake, or null.</returns>
    public static FuzzFinding? Run(ulong seed, long count)
    {
        using var server = new VhostServerTarget();
        var frontEnd = new VhostFrontEndTarget();
        var input = new InputWriter(MostBytes);
        for (ulong i = seed; i < seed + (ulong)count; i++)
        {
            input.Clear();
            var random = new FuzzRandom(i);
            IFuzzTarget target = i % 2 == 0 ? server : frontEnd;
            if (i % 2 == 0)
            {
                VhostServerInput.Make(random, input);
            }
            else
            {
                VhostFrontEndInput.Make(random, input);
            }

            try
            {
                target.Run(input.Written);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                return new FuzzFinding(i, input.Written.ToArray(), e);
            }
        }

        return null;
    }
}
