using Emulator.Snapshots;

namespace Emulator.Virtio.Devices.Block;

/// <summary>
/// What a disk's sectors are kept in. Every range that is asked for lies inside. What fails on the host is told by the result and never an exception: the guest gets an I/O error.
/// </summary>
internal interface IBlockStorage : ISnapshotState, IDisposable
{
    /// <summary>Length in bytes, a multiple of <see cref="VirtioBlock.SectorSize"/>.</summary>
    long Length { get; }

    /// <summary>True when nothing may be written.</summary>
    bool IsReadOnly { get; }

    /// <summary>Changes the length. What lies beyond a shorter one is lost, and what a longer one adds is zero.</summary>
    /// <param name="length">Length in bytes, a multiple of <see cref="VirtioBlock.SectorSize"/>.</param>
    /// <returns>False when it cannot be changed.</returns>
    bool TryResize(long length) => false;

    /// <summary>Reads bytes.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="destination">Where to.</param>
    bool TryRead(long offset, Span<byte> destination);

    /// <summary>Writes bytes. They are safe only after <see cref="TryFlush"/>.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="source">The bytes.</param>
    bool TryWrite(long offset, ReadOnlySpan<byte> source);

    /// <summary>Writes zeros.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">How many.</param>
    bool TryWriteZeros(long offset, long length);

    /// <summary>Forgets bytes: what is read there afterwards does not matter.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">How many.</param>
    bool TryDiscard(long offset, long length);

    /// <summary>Makes all that was written outlive the process and the host.</summary>
    bool TryFlush();
}
