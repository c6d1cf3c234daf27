namespace Emulator.VirtioProxy.VhostUser.Host;

/// <summary>The connection to a peer cannot be used any more: it has ended, the peer does not answer, or has sent what nobody can make sense of.</summary>
internal sealed class PeerLostException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What has happened.</param>
    public PeerLostException(string message)
        : base(message)
    {
    }
}
