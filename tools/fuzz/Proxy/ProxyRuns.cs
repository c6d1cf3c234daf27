namespace Emulator.Fuzz.Proxy;

/// <summary>Performs random inputs of virtio-proxy.</summary>
internal static class ProxyRuns
{
    /// <summary>Performs inputs over rings in shared memory, whose other side writes there what it likes.</summary>
    /// <param name="seed">The first one's number.</param>
    /// <param name="count">How many.</param>
    /// <returns>The first that shows a mistake, or null.</returns>
    public static FuzzFinding? RunRings(ulong seed, long count)
    {
        using var target = new RingTarget();
        return RandomSessions.Run(seed, count, (target, RingInput.Make));
    }

    /// <summary>Performs inputs, by turns for a server and for a front end.</summary>
    /// <param name="seed">The first one's number.</param>
    /// <param name="count">How many.</param>
    /// <returns>The first that shows a mistake, or null.</returns>
    public static FuzzFinding? Run(ulong seed, long count)
    {
        using var frontEnd = new FrontEndTarget();
        return RandomSessions.Run(seed, count, (new ServerTarget(), ProxyInput.MakeFrontEnd), (frontEnd, ProxyInput.MakeBackEnd));
    }
}
