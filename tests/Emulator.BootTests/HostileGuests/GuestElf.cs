using System.Buffers.Binary;

namespace Emulator.BootTests.HostileGuests;

/// <summary>Writes ELF files that hold nothing but segments.</summary>
internal static class GuestElf
{
    private const int HeaderLength = 64;
    private const int ProgramHeaderLength = 56;

    /// <summary>Makes a file.</summary>
    /// <param name="entry">Where it starts.</param>
    /// <param name="segments">What to load where.</param>
    public static byte[] Create(ulong entry, params ReadOnlySpan<(ulong Address, byte[] Data)> segments)
    {
        int position = HeaderLength + (segments.Length * ProgramHeaderLength);
        byte[] file = new byte[position + SumOf(segments)];
        ReadOnlySpan<byte> identification = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identification.CopyTo(file);
        Put16(file, 16, 2); // ET_EXEC
        Put16(file, 18, 183); // EM_AARCH64
        Put32(file, 20, 1);
        Put64(file, 24, entry);
        Put64(file, 32, HeaderLength);
        Put16(file, 52, HeaderLength);
        Put16(file, 54, ProgramHeaderLength);
        Put16(file, 56, (ushort)segments.Length);
        for (int i = 0; i < segments.Length; i++)
        {
            int header = HeaderLength + (i * ProgramHeaderLength);
            (ulong address, byte[] data) = segments[i];
            Put32(file, header, 1); // PT_LOAD
            Put32(file, header + 4, 7);
            Put64(file, header + 8, (ulong)position);
            Put64(file, header + 16, address);
            Put64(file, header + 24, address);
            Put64(file, header + 32, (ulong)data.Length);
            Put64(file, header + 40, (ulong)data.Length);
            data.CopyTo(file, position);
            position += data.Length;
        }

        return file;
    }

    private static int SumOf(ReadOnlySpan<(ulong Address, byte[] Data)> segments)
    {
        int sum = 0;
        foreach ((_, byte[] data) in segments)
        {
            sum += data.Length;
        }

        return sum;
    }

    private static void Put16(byte[] file, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), value);

    private static void Put32(byte[] file, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);

    private static void Put64(byte[] file, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(offset), value);
}
