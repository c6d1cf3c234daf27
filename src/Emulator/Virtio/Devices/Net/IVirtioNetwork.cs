namespace Emulator.Virtio.Devices.Net;

/// <summary>The host's end of a virtio network device. It is used while the machine does not run, by the thread that runs it.</summary>
public interface IVirtioNetwork
{
    /// <summary>Whether the link is up; the guest is told when it changes. Frames are lost while it is not.</summary>
    bool IsLinkUp { get; set; }

    /// <summary>Frames that came and could not be kept.</summary>
    long Dropped { get; }
}
