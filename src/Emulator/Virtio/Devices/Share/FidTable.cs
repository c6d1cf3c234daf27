using System.Diagnostics.CodeAnalysis;
using Emulator.Snapshots;

namespace Emulator.Virtio.Devices.Share;

/// <summary>The fids of a client. How many there may be is limited, since each costs the host memory or a file.</summary>
internal sealed class FidTable : ISnapshotState, IDisposable
{
    /// <summary>Most fids.</summary>
    public const int MostFids = 1 << 16;

    /// <summary>Most of them that are open files.</summary>
    public const int MostFiles = 512;

    /// <summary>Most names of all open folders together.</summary>
    public const int MostEntries = 1 << 20;

    private readonly Dictionary<uint, Fid> _fids = [];

    /// <summary>Open files.</summary>
    public int Files => _fids.Values.Count(fid => fid.State == FidState.File);

    /// <summary>Names of all open folders.</summary>
    public int Entries => _fids.Values.Sum(fid => fid.Entries.Count);

    /// <summary>Finds a fid.</summary>
    public bool TryGet(uint number, [NotNullWhen(true)] out Fid? fid) => _fids.TryGetValue(number, out fid);

    /// <summary>Adds a fid.</summary>
    public LinuxError Add(uint number, string path)
    {
        if (_fids.Count == MostFids)
        {
            return LinuxError.TooManyFiles;
        }

        return _fids.TryAdd(number, new Fid { Path = path }) ? LinuxError.None : LinuxError.BadFile;
    }

    /// <summary>Takes a fid away and closes what it has open.</summary>
    public bool Remove(uint number)
    {
        bool found = _fids.Remove(number, out Fid? fid);
        fid?.Dispose();
        return found;
    }

    /// <summary>Something was given another name: fids go with it.</summary>
    public void Rename(string from, string to)
    {
        foreach (Fid fid in _fids.Values)
        {
            if (fid.Path == from)
            {
                fid.Path = to;
            }
            else if (fid.Path.StartsWith(from + '/', StringComparison.Ordinal))
            {
                fid.Path = string.Concat(to, fid.Path.AsSpan(from.Length));
            }
        }
    }

    /// <summary>Takes all away.</summary>
    public void Clear()
    {
        Dispose();
        _fids.Clear();
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Write(_fids.Count);
        foreach (uint number in _fids.Keys.Order())
        {
            writer.Write(number);
            _fids[number].Save(writer);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        Clear();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            uint number = reader.ReadUInt32();
            _fids[number] = Fid.Load(reader);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Fid fid in _fids.Values)
        {
            fid.Dispose();
        }
    }
}
