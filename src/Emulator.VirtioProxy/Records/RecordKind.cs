namespace Emulator.VirtioProxy.Records;

/// <summary>Who says the message of an entry (docs/virtio-proxy.md, section 9).</summary>
internal enum RecordKind : ushort
{
    /// <summary>The back end, before the machine starts: what the device is.</summary>
    Description,

    /// <summary>The guest, through its front end.</summary>
    FrontEnd,

    /// <summary>The back end, at the instant at which the guest sees it.</summary>
    BackEnd,

    /// <summary>Nobody: the queue that the message names was looked at, and nothing more was available.</summary>
    Empty,
}
