using System.Buffers.Binary;

namespace Emulator.Fuzz;

/// <summary>Performs random inputs, which know how rings look, for hosts without a fuzzer. An input that fails is written to a file.</summary>
/// <param name="seed">The first input's number.</param>
internal sealed class RandomRuns(ulong seed)
{
    private const int MostOperations = 60;

    private readonly byte[] _input = new byte[4096];
    private int _length;
    private int _nextRequest;
    private ulong _state;

    /// <summary>Performs inputs.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The exit code: 1 after a finding.</returns>
    public int Run(long count)
    {
        for (long i = 0; i < count; i++)
        {
            _state = seed + (ulong)i;
            Make();
            try
            {
                VirtioTarget.Run(_input.AsSpan(0, _length));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                string file = $"finding-{seed + (ulong)i}.bin";
                File.WriteAllBytes(file, _input.AsSpan(0, _length).ToArray());
                Console.Error.WriteLine($"{file}: {e}");
                return 1;
            }
        }

        Console.WriteLine($"{count} inputs without a finding");
        return 0;
    }

    // Mostly descriptors and available entries that are nearly right, then a notification.
    private void Make()
    {
        _length = 0;
        _nextRequest = 0;
        uint number = Next((uint)FuzzDevices.All.Count);
        IReadOnlyList<byte[]> requests = FuzzDevices.All[(int)number].Requests;
        Put(number);
        Put((byte)(Next(256) | (Next(8) == 0 ? 0u : 0x80u)));
        ushort available = 0;
        for (uint operations = 1 + Next(MostOperations); operations > 0; operations--)
        {
            switch (Next(8))
            {
                case 0:
                    Put(0);
                    Put(Next(4) == 0 ? Next(256) : Next(0x80));
                    Put(Next(4) == 0 ? (uint)Random() : Next(16), 4);
                    break;
                case 1:
                    bool isPoke = Next(2) == 0;
                    Put(isPoke ? 6u | (1 << 3) : 6);
                    Put(isPoke ? Next(256) : Next(300), isPoke ? 1 : 2);
                    break;
                case 2:
                    Put(Next(4) == 0 ? 7u : 5u | (Next(6) << 3));
                    break;
                case 3:
                    Put(4 | (16 << 3));
                    Put(0x3000 + (16 * Next(4)), 2);
                    Put(Next(16), 8);
                    Put(Next(40), 8);
                    break;
                default:
                    PutRequest(ref available, requests.Count > 0 && Next(8) != 0 ? PutHead(requests) : 16);
                    break;
            }
        }
    }

    // What a good request begins with; often the next one in a row that makes sense, sometimes with a byte that is wrong.
    private uint PutHead(IReadOnlyList<byte[]> requests)
    {
        int index = Next(3) == 0 ? (int)Next((uint)requests.Count) : _nextRequest % requests.Count;
        _nextRequest = index + 1;
        byte[] head = [.. requests[index]];
        if (Next(6) == 0)
        {
            head[Next((uint)head.Length)] = (byte)Random();
        }

        for (int start = 0; start < head.Length; start += 31)
        {
            int count = Math.Min(31, head.Length - start);
            Put(4u | ((uint)count << 3));
            Put(0x3000u + (uint)start, 2);
            foreach (byte value in head.AsSpan(start, count))
            {
                Put(value);
            }
        }

        return (uint)head.Length;
    }

    private void PutRequest(ref ushort available, uint headLength)
    {
        uint head = Next(8);
        for (uint i = 0; i <= Next(3); i++)
        {
            uint index = (head + i) % 8;
            Put(4 | (16 << 3));
            Put(16 * index, 2);
            Put(Next(16) == 0 ? Random() : 0x4000_0000 + (i == 0 ? 0x3000u : Next(0x1_0000)), 8);
            Put(Next(16) == 0 ? (uint)Random() : i == 0 ? headLength : (Next(3) * 256) + 1, 4);
            Put((i < 2 ? 1u : 0) | (i > 0 ? 2u : 0) ^ (Next(12) == 0 ? Next(8) : 0), 2);
            Put((index + 1) % (Next(20) == 0 ? 64u : 8), 2);
        }

        Put(3);
        Put(0x80 + 4 + (2 * (uint)(available & 7)), 2);
        Put(head, 2);
        available += (ushort)(Next(30) == 0 ? Next(20) : 1);
        Put(3);
        Put(0x82, 2);
        Put(available, 2);
        Put(5 | (Next(5) << 3));
    }

    private void Put(ulong value, int size = 1)
    {
        if (_length + size > _input.Length)
        {
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        bytes[..size].CopyTo(_input.AsSpan(_length));
        _length += size;
    }

    private uint Next(uint limit) => (uint)(Random() % limit);

    // SplitMix64.
    private ulong Random()
    {
        ulong value = _state += 0x9e3779b97f4a7c15;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
