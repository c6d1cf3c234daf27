using System.Buffers.Binary;
using System.Text;
using Emulator.Snapshots;
using Emulator.Virtio.Devices;

namespace Emulator;

/// <summary>
/// One stream of the machine's random numbers (SplitMix64). Streams are made by name from the machine's seed, so that a new
/// consumer does not change what the others get. For guests to see, not for secrets.
/// </summary>
internal sealed class MachineRandom : IRandomSource
{
    private const ulong Golden = 0x9e3779b97f4a7c15;

    private readonly string _name;
    private ulong _state;

    /// <summary>Creates a stream.</summary>
    /// <param name="seed">The machine's seed.</param>
    /// <param name="name">The consumer's stable name.</param>
    public MachineRandom(ulong seed, string name)
    {
        _name = name;

        // FNV-1a spreads the name, the mixer keeps neighbouring seeds apart.
        ulong hash = 0xcbf29ce484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ value) * 0x100000001b3;
        }

        _state = Mix(seed + Golden) ^ Mix(hash);
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64() => Mix(_state += Golden);

    /// <summary>Fills bytes.</summary>
    /// <param name="bytes">Where to.</param>
    public void Fill(Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        while (!bytes.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, NextUInt64());
            int count = Math.Min(word.Length, bytes.Length);
            word[..count].CopyTo(bytes);
            bytes = bytes[count..];
        }
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer)
    {
        writer.Section($"random:{_name}", 1);
        writer.Write(_state);
    }

    /// <inheritdoc/>
    public void Load(SnapshotReader reader)
    {
        reader.Section($"random:{_name}", 1);
        _state = reader.ReadUInt64();
    }

    // The output function of SplitMix64: shifts and multiplications that spread each input bit over all output bits.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
