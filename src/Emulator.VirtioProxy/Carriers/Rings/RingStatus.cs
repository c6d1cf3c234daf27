namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>Where a side of a window is.</summary>
internal enum RingStatus : ushort
{
    /// <summary>It waits for the other side.</summary>
    Initial = 0,

    /// <summary>Its indices are zero.</summary>
    Ready = 1,

    /// <summary>It sends and receives.</summary>
    Running = 2,

    /// <summary>It has left.</summary>
    ShutDown = 3,

    /// <summary>It has seen that the other side is gone.</summary>
    PeerDead = 4,
}
