namespace Emulator.Fuzz;

/// <summary>Performs random inputs of protocols, whose sides take turns.</summary>
internal static class RandomSessions
{
    private const int MostBytes = 32 << 10;

    /// <summary>Performs inputs.</summary>
    /// <param name="seed">The first one's number.</param>
    /// <param name="count">How many.</param>
    /// <param name="sides">Each side, and what makes an input for it; the number of an input says whose it is.</param>
    /// <returns>The first that shows a mistake, or null.</returns>
    public static FuzzFinding? Run(ulong seed, long count, params ReadOnlySpan<(IFuzzTarget Target, Action<FuzzRandom, InputWriter> Make)> sides)
    {
        var input = new InputWriter(MostBytes);
        for (ulong i = seed; i < seed + (ulong)count; i++)
        {
            (IFuzzTarget target, Action<FuzzRandom, InputWriter> make) = sides[(int)(i % (ulong)sides.Length)];
            input.Clear();
            make(new FuzzRandom(i), input);
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
