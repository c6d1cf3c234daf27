using System.Buffers.Binary;

namespace Emulator.Fuzz;

/// <summary>Takes values from a fuzzer's input; zeros after its end.</summary>
/// <param name="input">The input.</param>
internal ref struct InputReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _rest = input;

    /// <summary>True when all is taken.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Bytes(1) is [byte value] ? value : (byte)0;

    public ushort UInt16() => Bytes(2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    public uint UInt32() => Bytes(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <summary>Takes bytes, as many as there are.</summary>
    public ReadOnlySpan<byte> Bytes(int most)
    {
        int count = Math.Min(most, _rest.Length);
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
