namespace Emulator.VirtioProxy.VhostUser;

/// <summary>How a front end stands with its back end.</summary>
internal enum VhostUserPeerState
{
    /// <summary>There is a connection.</summary>
    Connected,

    /// <summary>The connection was lost, and another one is tried for.</summary>
    Lost,

    /// <summary>There is none, and nothing is tried until somebody asks for it.</summary>
    Gone,
}
