namespace Emulator.Fuzz.Vhost;

/// <summary>Performs random inputs of vhost-user.</summary>
internal static class VhostRuns
{
    /// <summary>Performs inputs, by turns for a server and for a front end.</summary>
    /// <param name="seed">The first one's number.</param>
    /// <param name="count">How many.</param>
    /// <returns>The first that shows a mistake, or null.</returns>
    public static FuzzFinding? Run(ulong seed, long count)
    {
        using var server = new VhostServerTarget();
        return RandomSessions.Run(seed, count, (server, VhostServerInput.Make), (new VhostFrontEndTarget(), VhostFrontEndInput.Make));
    }
}
