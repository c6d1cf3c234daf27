namespace Emulator.Virtio.Devices.Share;

/// <summary>An entry of a folder.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its kind, as Linux tells it in folders.</param>
internal readonly record struct DirectoryEntry(string Name, byte Type);
