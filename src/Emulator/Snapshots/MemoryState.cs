using Emulator.Memory;

namespace Emulator.Snapshots;

/// <summary>Saves and restores memory: pages that hold nothing but zeros take no room.</summary>
internal static class MemoryState
{
    private const int Version = 1;

    /// <summary>Writes the pages that are not all zero.</summary>
    public static void Save(SnapshotWriter writer, GuestRam memory)
    {
        writer.Section(memory.Name, Version);
        writer.Write(memory.Length);
        Span<byte> page = stackalloc byte[GuestRam.PageSize];
        for (ulong offset = 0; offset < memory.Length; offset += GuestRam.PageSize)
        {
            memory.Read(offset, page);
            if (page.IndexOfAnyExcept((byte)0) >= 0)
            {
                writer.Write(offset);
                writer.Write((ReadOnlySpan<byte>)page);
            }
        }

        writer.Write(ulong.MaxValue);
    }

    /// <summary>Replaces the contents by what <see cref="Save"/> wrote.</summary>
    /// <exception cref="SnapshotException">The memory has another size.</exception>
    public static void Load(SnapshotReader reader, GuestRam memory)
    {
        _ = reader.Section(memory.Name, Version);
        if (reader.ReadUInt64() is ulong length && length != memory.Length)
        {
            throw new SnapshotException($"the snapshot has {length} bytes of '{memory.Name}', this machine {memory.Length}; load it into a machine of the same description");
        }

        Span<byte> page = stackalloc byte[GuestRam.PageSize];
        Span<byte> zeros = stackalloc byte[GuestRam.PageSize];
        zeros.Clear();
        ulong next = reader.ReadUInt64();
        for (ulong offset = 0; offset < memory.Length; offset += GuestRam.PageSize)
        {
            if (offset == next)
            {
                reader.ReadBytes(page);
                memory.Write(offset, page);
                next = reader.ReadUInt64();
            }
            else if (!memory.IsZero(offset))
            {
                memory.Write(offset, zeros);
            }
        }
    }
}
