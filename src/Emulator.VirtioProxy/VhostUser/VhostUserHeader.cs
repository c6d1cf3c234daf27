using System.Buffers.Binary;

namespace Emulator.VirtioProxy.VhostUser;

/// <summary>A message's header: three 32-bit numbers in the host's byte order.</summary>
/// <param name="Request">What the message is; a number, as a peer can send any.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="Size">Bytes that follow the header.</param>
internal readonly record struct VhostUserHeader(uint Request, VhostUserFlags Flags, uint Size)
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 12;

    /// <summary>Most bytes that may follow: more than any message has that this front end knows.</summary>
    public const int LargestPayload = 4096;

    /// <summary>Writes the header.</summary>
    /// <param name="destination">Where to, at least <see cref="Length"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Request);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], Size);
    }

    /// <summary>Reads a header.</summary>
    /// <param name="source">At least <see cref="Length"/> bytes.</param>
    /// <param name="header">The header.</param>
    /// <returns>False when it is none of this protocol: a stream cannot go on after it.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out VhostUserHeader header)
    {
        header = new VhostUserHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source),
            (VhostUserFlags)BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]));
        return (header.Flags & VhostUserFlags.VersionMask) == VhostUserFlags.Version && header.Size <= LargestPayload;
    }
}
