namespace Emulator.Fuzz.Devices;

/// <summary>Something that happens outside of the machine.</summary>
/// <param name="which">Which of several things, 0 to 15.</param>
/// <param name="bytes">Bytes for it.</param>
internal delegate void FuzzedEvent(int which, ReadOnlySpan<byte> bytes);
