using System.Buffers.Binary;

namespace Emulator.Fuzz;

/// <summary>Takes values from a fuzzer's input; zeros after its end.</summary>
/// <param name="input">The input.</param>
internal ref struct InputReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _rest = input;

    /// <summary>True when all is taken.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Takes bytes, as many as there are.</summary>
    public ReadOnlySpan<byte> Bytes(int most)
    {
        int count = Math.Min(most, _rest.Length);
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        ReadOnlySpan<byte> taken = Bytes(count);
        return taken.Length == count ? taken : new byte[count];
    }
}
