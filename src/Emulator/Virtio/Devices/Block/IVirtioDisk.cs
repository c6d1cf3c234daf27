namespace Emulator.Virtio.Devices.Block;

/// <summary>The host's end of a virtio disk. It is used while the machine does not run, by the thread that runs it.</summary>
public interface IVirtioDisk
{
    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>Changes the length and tells the guest of it. What lies beyond a shorter one is lost, in the file too; what a longer one adds is zero.</summary>
    /// <param name="length">Length in bytes, a multiple of 512, not zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no such length.</exception>
    /// <exception cref="InvalidOperationException">The disk is read-only, or the file cannot be changed.</exception>
    void Resize(long length);
}
