using Emulator.Virtio.Devices.Block;

namespace Emulator.Tool.Running;

/// <summary>A disk that a run was asked for.</summary>
/// <param name="File">The image.</param>
/// <param name="Options">How to use it.</param>
internal sealed record DriveSettings(string File, VirtioBlockOptions Options);
