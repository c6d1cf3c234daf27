namespace Emulator.Fuzz.Proxy;

/// <summary>Performs random inputs of virtio-proxy, by turns for a server and for a front end.</summary>
internal static class ProxyRuns
{
    private const int MostBytes = 32 << 10;

    /// <summary>Performs inputs over rings in shared memory, whose other side writes there what it likes.</summary>
    /// <param name="seed">The first one's number.</param>
    /// <param name="count">How many.</param>
    /// <returns>The first that shows a mistake, or null.</returns>
    public static FuzzFinding? RunRings(ulong seed, long count)
    {
        using var target = new RingTarget();
        var input = new InputWriter(MostBytes);
        for (ulong i = seed; i < seed + (ulong)count; i++)
        {
            input.Clear();
            RingInput.Make(new FuzzRandom(i), input);
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

    /// <summary>Performs inputs.</summary>
    /// <param name="seed">The first one's number.</param>
    /// <param name="count">How many.</param>
    /// <returns>The first that shows a mistake, or null.</returns>
    public static FuzzFinding? Run(ulong seed, long count)
    {
        var server = new ServerTarget();
        using var frontEnd = new FrontEndTarget();
        var input = new InputWriter(MostBytes);
        for (ulong i = seed; i < seed + (ulong)count; i++)
        {
            input.Clear();
            var random = new FuzzRandom(i);
            IFuzzTarget target = i % 2 == 0 ? server : frontEnd;
            if (i % 2 == 0)
            {
                ProxyInput.MakeFrontEnd(random, input);
            }
            else
            {
                ProxyInput.MakeBackEnd(random, input);
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
