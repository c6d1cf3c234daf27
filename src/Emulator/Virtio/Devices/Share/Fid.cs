using Emulator.Snapshots;
using Microsoft.Win32.SafeHandles;

namespace Emulator.Virtio.Devices.Share;

/// <summary>What a client's number stands for: a path, and what is open there.</summary>
internal sealed class Fid : IDisposable
{
    /// <summary>Where it is in the shared folder.</summary>
    public string Path { get; set; } = "";

    /// <summary>What it is open as.</summary>
    public FidState State { get; set; }

    /// <summary>What an open file may be used for.</summary>
    public FileAccess Access { get; set; }

    /// <summary>The open file. After a snapshot was loaded it is opened again when it is used first.</summary>
    public SafeFileHandle? File { get; set; }

    /// <summary>What an open folder contained when it was read from its start.</summary>
    public List<DirectoryEntry> Entries { get; set; } = [];

    /// <inheritdoc/>
    public void Dispose() => File?.Dispose();

    /// <summary>Writes its state; of an open file that is how to open it.</summary>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(Path);
        writer.Write((byte)State);
        writer.Write((byte)Access);
        writer.Write(Entries.Count);
        foreach (DirectoryEntry entry in Entries)
        {
            writer.Write(entry.Name);
            writer.Write(entry.Type);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public static Fid Load(SnapshotReader reader)
    {
        var fid = new Fid { Path = reader.ReadString(), State = (FidState)reader.ReadByte(), Access = (FileAccess)reader.ReadByte() };
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            fid.Entries.Add(new DirectoryEntry(reader.ReadString(), reader.ReadByte()));
        }

        return fid;
    }
}
