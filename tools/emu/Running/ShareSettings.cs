using Emulator.Virtio.Devices.Share;

namespace Emulator.Tool.Running;

/// <summary>A folder that the guest can mount.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Options">How to use it.</param>
internal sealed record ShareSettings(string Folder, VirtioShareOptions Options);
