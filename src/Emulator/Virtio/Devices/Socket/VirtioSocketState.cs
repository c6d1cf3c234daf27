namespace Emulator.Virtio.Devices.Socket;

/// <summary>How far a stream is.</summary>
public enum VirtioSocketState
{
    /// <summary>The guest has not answered yet.</summary>
    Connecting,

    /// <summary>Both ends can send.</summary>
    Open,

    /// <summary>It has ended, or there was nobody at the other end. What has come before can yet be read.</summary>
    Closed,
}
