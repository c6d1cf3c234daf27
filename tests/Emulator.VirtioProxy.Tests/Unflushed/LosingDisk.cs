using System.Buffers.Binary;

namespace Emulator.VirtioProxy.Tests.Unflushed;

/// <summary>A disk with a cache, behind a back end that can be killed: what was not flushed is then lost, sector by sector or all of it.</summary>
internal sealed class LosingDisk(int sectors)
{
    public int Length => sectors * SectorSize;

    private const int SectorSize = 512;

    private readonly byte[] _cached = new byte[sectors * SectorSize];
    private readonly byte[] _safe = new byte[sectors * SectorSize];
    private readonly SortedSet<int> _unsafe = [];
    private readonly Lock _lock = new();

    /// <summary>What came, in order.</summary>
    public List<(uint Type, ulong Sector, byte First)> Log { get; } = [];

    /// <summary>Status of writes that are not done.</summary>
    public byte WriteStatus { get; set; }

    public int Flushes { get; private set; }

    /// <summary>Serves a request: all that a device reads of it.</summary>
    /// <returns>Its status.</returns>
    public byte Serve(ReadOnlySpan<byte> request)
    {
        lock (_lock)
        {
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(request);
            ulong sector = BinaryPrimitives.ReadUInt64LittleEndian(request[8..]);
            ReadOnlySpan<byte> data = request[16..];
            if (type == 13)
            {
                sector = BinaryPrimitives.ReadUInt64LittleEndian(data);
                data = new byte[SectorSize * BinaryPrimitives.ReadInt32LittleEndian(data[8..])];
            }

            Log.Add((type, sector, data.IsEmpty ? (byte)0 : data[0]));
            if (type == 4)
            {
                Flushes++;
                _cached.CopyTo(_safe, 0);
                _unsafe.Clear();
                return 0;
            }

            if (WriteStatus != 0)
            {
                return WriteStatus;
            }

            data.CopyTo(_cached.AsSpan((int)sector * SectorSize));
            _unsafe.UnionWith(Enumerable.Range((int)sector, data.Length / SectorSize));
            return 0;
        }
    }

    /// <summary>Makes all of it safe by itself, as a disk without a cache does after each write.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            _cached.CopyTo(_safe, 0);
            _unsafe.Clear();
        }
    }

    /// <summary>Reads.</summary>
    public void Read(long offset, Span<byte> destination)
    {
        lock (_lock)
        {
            _cached.AsSpan((int)offset, destination.Length).CopyTo(destination);
        }
    }

    /// <summary>Its back end was killed.</summary>
    /// <param name="random">Decides what was written of the cache before; null for nothing.</param>
    public void Lose(Random? random = null)
    {
        lock (_lock)
        {
            foreach (int sector in _unsafe)
            {
                Range bytes = (sector * SectorSize)..((sector + 1) * SectorSize);
                if (random?.Next(2) == 1)
                {
                    _cached.AsSpan(bytes).CopyTo(_safe.AsSpan(bytes));
                }
                else
                {
                    _safe.AsSpan(bytes).CopyTo(_cached.AsSpan(bytes));
                }
            }

            _unsafe.Clear();
        }
    }

    /// <summary>The first byte of a sector.</summary>
    /// <param name="sector">Which one.</param>
    /// <param name="isSafe">True for what is there after a loss, false for what can be read now.</param>
    public byte At(int sector, bool isSafe = false)
    {
        lock (_lock)
        {
            return (isSafe ? _safe : _cached)[sector * SectorSize];
        }
    }
}
