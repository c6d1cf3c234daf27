namespace Emulator.VirtioProxy.VhostUser;

/// <summary>Kinds of devices that vhost-user back ends serve.</summary>
public enum VhostUserDevice
{
    /// <summary>A disk, for instance of <c>qemu-storage-daemon</c>.</summary>
    Block,

    /// <summary>A folder of the host, of <c>virtiofsd</c>.</summary>
    FileSystem,

    /// <summary>A network port, for instance of a software switch.</summary>
    Net,

    /// <summary>Sockets between guest and host, of <c>vhost-device-vsock</c>.</summary>
    Socket,
}
