using Emulator.Interrupts;
using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Virtio.Transports;

/// <summary>Vectors of message-signalled interrupts: where each goes, whether it is masked, and whether it waits to be unmasked.</summary>
internal sealed class MessageVectors : ISnapshotState
{
    private readonly IMsiTarget _target;
    private readonly BusInitiator _initiator;
    private readonly Vector[] _vectors;

    /// <summary>Creates vectors that go nowhere yet.</summary>
    /// <param name="count">How many.</param>
    /// <param name="target">Where messages go.</param>
    /// <param name="initiator">Who sends them.</param>
    public MessageVectors(int count, IMsiTarget target, BusInitiator initiator)
    {
        _vectors = new Vector[count];
        _target = target;
        _initiator = initiator;
    }

    /// <summary>How many there are.</summary>
    public int Count => _vectors.Length;

    /// <summary>Sets what a vector sends. One that does not exist is left alone, here and below.</summary>
    public void Configure(uint vector, ulong address, uint data)
    {
        if (vector < (uint)_vectors.Length)
        {
            _vectors[vector].Address = address;
            _vectors[vector].Data = data;
        }
    }

    /// <summary>Masks a vector, or unmasks it and sends what waits.</summary>
    public void Mask(uint vector, bool masked)
    {
        if (vector < (uint)_vectors.Length)
        {
            ref Vector entry = ref _vectors[vector];
            entry.IsMasked = masked;
            if (!masked && entry.IsPending)
            {
                entry.IsPending = false;
                Send(entry);
            }
        }
    }

    /// <summary>Sends a vector's message, or keeps it while the vector is masked.</summary>
    public void Signal(uint vector)
    {
        if (vector < (uint)_vectors.Length)
        {
            ref Vector entry = ref _vectors[vector];
            entry.IsPending = entry.IsMasked;
            if (!entry.IsMasked)
            {
                Send(entry);
            }
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Reset() => Array.Clear(_vectors);

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        foreach (ref readonly Vector vector in _vectors.AsSpan())
        {
            writer.Write(vector.Address);
            writer.Write(vector.Data);
            writer.Write(vector.IsMasked);
            writer.Write(vector.IsPending);
        }
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        foreach (ref Vector vector in _vectors.AsSpan())
        {
            vector.Address = reader.ReadUInt64();
            vector.Data = reader.ReadUInt32();
            vector.IsMasked = reader.ReadBoolean();
            vector.IsPending = reader.ReadBoolean();
        }
    }

    // A message that nobody takes is lost, as on a real bus.
    private void Send(in Vector vector) => _ = _target.Send(vector.Address, vector.Data, _initiator);

    private struct Vector
    {
        public ulong Address;
        public uint Data;
        public bool IsMasked;
        public bool IsPending;
    }
}
