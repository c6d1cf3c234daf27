using Emulator.VirtioProxy.VhostUser;

namespace Emulator.Fuzz.Vhost;

/// <summary>
/// Makes inputs of <see cref="VhostServerTarget"/>: a device, choices, and operations, as <see cref="ServerOperation"/> says. A front end mostly says what makes sense, and its rings hold requests; some bytes are wrong.
/// </summary>
internal static class VhostServerInput
{
    private const int MostOperations = 40;
    private const ulong Address = 0x4000_0000;
    private const ulong UserAddress = 0x7000_0000_0000;

    // The first part of the file and, after a hole, its last.
    private const ulong FirstLength = 0x1_0000;
    private const ulong SecondOffset = 0x1_8000;
    private const ulong SecondLength = 0x8000;
    private const uint RingDistance = 0x1000;
    private const uint BuffersOffset = 0x5000;

    private static readonly uint[] s_requests = [1, 2, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 24, 25, 31, 32, 34, 36, 37, 38];

    public static void Make(FuzzRandom random, InputWriter input)
    {
        input.Byte(random.Next(8)).Byte(random.Next(256));
        bool isPacked = random.Once(4);
        if (!random.Once(8))
        {
            Begin(random, input, isPacked);
        }

        for (uint left = random.Next(MostOperations); left > 0; left--)
        {
            uint queue = random.Next(3);
            switch (random.Next(16))
            {
                case 0 or 1 or 2:
                    Say(random, input, random.Once(16) ? random.Next(45) : s_requests[random.Next((uint)s_requests.Length)]);
                    break;
                case 3:
                    StartRing(random, input, queue, isPacked);
                    break;
                case 4:
                    Put(random, input, 11, State(queue, 0), 0, 0);
                    break;
                case 5:
                    input.Byte((uint)ServerOperation.Poke).Byte(random.Next(256));
                    break;
                case 6 when random.Once(4):
                    input.Byte((uint)ServerOperation.Reconnect);
                    Begin(random, input, isPacked);
                    break;
                case 7 when random.Once(6):
                    input.Byte((uint)ServerOperation.Raw).Byte(random.Next(256)).Byte(12).UInt32(s_requests[random.Next((uint)s_requests.Length)]).UInt32(random.Once(4) ? random.Next(16) : 1).UInt32(random.Next(5000));
                    break;
                case 8:
                    WriteMemory(input, random.Once(2) ? 0xe000 + (8 * random.Next(100)) : random.Next(0x2_0000), random.Once(2) ? [(byte)random.Next(2), 0, (byte)random.Next(2)] : Any(random, 8));
                    break;
                default:
                    Request(random, input, queue, isPacked);
                    input.Byte((uint)ServerOperation.Kick).Byte(queue);
                    break;
            }
        }
    }

    private static void Begin(FuzzRandom random, InputWriter input, bool isPacked)
    {
        Put(random, input, 3, [], 0, 0);
        Put(random, input, 16, Words(random.Of(0, 1, 8, 0x9, 0xa209, 0xb209)), 0, 0);
        ulong rings = (random.Once(2) ? 1UL << 28 : 0) | (random.Once(2) ? 1UL << 29 : 0) | (isPacked ? 1UL << 34 : 0);
        Put(random, input, 2, Words((random.Once(8) ? 0 : 1UL << 30) | (1UL << 32) | rings | (random.Once(2) ? random.Next(1 << 12) : 0)), 0, 0);
        if (random.Once(20))
        {
            // More than there is.
            Put(random, input, 5, Words(1, Address, 0x4_0000, UserAddress, 0), 1, 0);
            Put(random, input, 8, State(0, 16), 0, 0);
            Put(random, input, 9, Words(0, UserAddress + 0x3_0000, UserAddress + 0x3_0400, UserAddress + 0x3_0200, 0), 0, 0);
            Put(random, input, 12, Words(0), 1, 2);
            Put(random, input, 18, State(0, 1), 0, 0);
        }

        if (random.Once(3))
        {
            Put(random, input, 37, Words(0, Address, FirstLength, UserAddress, 0), 1, 0);
            Put(random, input, 37, Words(0, Address * 2, SecondLength, UserAddress * 2, SecondOffset), 1, 0);
        }
        else
        {
            Put(random, input, 5, Words(2, Address, FirstLength, UserAddress, 0, Address * 2, SecondLength, UserAddress * 2, SecondOffset), 2, 0);
        }

        if (random.Once(2))
        {
            Put(random, input, 32, [.. Words(0x2000, 0xe000), .. State(2 | (64u << 16), 0)], 1, 0);
        }

        for (uint queue = 0; queue < 2; queue++)
        {
            StartRing(random, input, queue, isPacked);
        }
    }

    private static void StartRing(FuzzRandom random, InputWriter input, uint queue, bool isPacked)
    {
        ulong ring = UserAddress + (RingDistance * queue);
        Put(random, input, 8, State(queue, 16), 0, 0);
        Put(random, input, 10, State(queue, isPacked ? 0x8000_8000 : 0), 0, 0);
        Put(random, input, 9, Words(queue, ring, ring + 0x400, ring + 0x200, 0), 0, 0);
        bool isPolled = random.Once(6);
        Put(random, input, 13, Words(queue | (isPolled ? 256u : 0)), isPolled ? 0u : 1, 2);
        Put(random, input, 12, Words(queue | (isPolled ? 256u : 0)), isPolled ? 0u : 1, 2);
        Put(random, input, 18, State(queue, 1), 0, 0);
    }

    // A message with numbers that reach far: small ones, and addresses near to what is mapped.
    private static void Say(FuzzRandom random, InputWriter input, uint request)
    {
        ulong Some() => random.Next(6) switch
        {
            0 => random.UInt64(),
            1 => Address + random.Next(0x2_0000),
            2 => UserAddress + random.Next(0x2_0000),
            3 => 0x1000UL << (int)random.Next(8),
            _ => random.Next(20),
        };
        byte[] payload = request switch
        {
            1 or 3 or 4 or 15 or 17 or 21 or 34 or 36 => [],
            5 => Words([random.Next(4), .. Enumerable.Range(0, 12).Select(_ => Some())]),
            9 => Words(random.Next(4), UserAddress + random.Next(0x1_1000), UserAddress + random.Next(0x1_1000), UserAddress + random.Next(0x1_1000), 0),
            8 or 10 or 11 or 18 => State(random.Next(4), (uint)Some()),
            12 or 13 or 14 => Words(random.Next(4) | (random.Once(3) ? 256u : 0)),
            24 or 25 => Configuration(random),
            37 or 38 => Words(0, random.Once(2) ? Address : Some(), random.Once(2) ? FirstLength : Some(), random.Once(2) ? UserAddress : Some(), random.Once(2) ? 0 : Some()),
            31 or 32 => [.. Words(random.Next(0x4000), random.Once(2) ? 0xe000 : random.Next(0x1000)), .. State(random.Of(1, 2, 2 << 16, 0x10_0002), random.Next(64))],
            _ => Words(Some()),
        };
        uint descriptors = request switch { 5 => random.Next(4), 12 or 13 or 14 or 21 or 37 or 32 => 1, _ => 0 };
        Put(random, input, request, payload, random.Once(10) ? random.Next(17) : descriptors, random.Once(3) ? random.Next(8) : request switch { 12 or 13 or 14 => 2u, 21 => 6, _ => 0 });
    }

    private static byte[] Configuration(FuzzRandom random)
    {
        (uint offset, uint length) = random.Once(2) ? (32, 1) : (random.Next(70), random.Next(70));
        return [.. State(offset, length), .. new byte[4 + (random.Once(6) ? random.Next(70) : length)]];
    }

    private static void Request(FuzzRandom random, InputWriter input, uint queue, bool isPacked)
    {
        uint slot = random.Next(6);
        uint header = BuffersOffset + (0x100 * slot);
        uint data = random.Once(4) ? 0x1_8000u + random.Next(0x7000) : BuffersOffset + 0x1000 + (0x400 * slot);
        WriteMemory(input, header, [(byte)random.Of(0, 1, 4, 8, 11, 13), .. new byte[7], (byte)random.Next(34), .. new byte[7]]);
        ulong To(uint offset) => random.Once(24) ? random.UInt64() : offset >= 0x1_8000 ? (Address * 2) + (offset - (ulong)SecondOffset) : Address + offset;
        uint length = random.Once(10) ? (uint)random.UInt64() : random.Of(512, 512, 1024, 1, 60);
        bool isRead = random.Once(2);
        if (isPacked)
        {
            // Available in the first round, at one of the first entries.
            for (uint i = 0; i < 3; i++)
            {
                uint flags = 0x80 | (i < 2 ? 1u : 0) | (i == 2 || (i == 1 && isRead) ? 2u : 0);
                ulong address = i switch { 0 => To(header), 1 => To(data), _ => To(header + 32) };
                byte[] entry = [.. Words(address), .. State(i switch { 0 => 16, 1 => length, _ => 1 }, slot | (flags << 16))];
                WriteMemory(input, (RingDistance * queue) + (16 * ((slot * 3) + i)), entry);
            }

            return;
        }

        uint first = slot * 2 % 16;
        Descriptor(input, queue, first, To(header), 16, 1, first + 1);
        Descriptor(input, queue, first + 1, To(data), length, isRead ? 3u : 1, random.Once(24) ? random.Next(20) : 14);
        Descriptor(input, queue, 14, To(header + 32), 1, 2, 0);
        WriteMemory(input, (RingDistance * queue) + 0x204 + (2 * random.Next(16)), [(byte)first, 0]);
        WriteMemory(input, (RingDistance * queue) + 0x202, [(byte)random.Next(random.Once(8) ? 256u : 8), 0]);
    }

    private static void Descriptor(InputWriter input, uint queue, uint index, ulong address, uint length, uint flags, uint next) =>
        WriteMemory(input, (RingDistance * queue) + (16 * index), [.. Words(address), .. State(length, flags | (next << 16))]);

    private static void WriteMemory(InputWriter input, uint offset, byte[] bytes) => input.Byte((uint)ServerOperation.WriteMemory).UInt32(offset).Byte((uint)bytes.Length).Bytes(bytes);

    private static void Put(FuzzRandom random, InputWriter input, uint request, byte[] payload, uint descriptors, uint kind)
    {
        bool isWrong = random.Once(24);
        if (isWrong && payload.Length > 0)
        {
            payload[random.Next((uint)payload.Length)] = (byte)random.Next(256);
        }

        int length = random.Once(100) ? (int)random.Next((uint)payload.Length + 1) : payload.Length;
        input.Byte((uint)ServerOperation.Message).Byte(request).Byte(random.Once(60) ? random.Next(256) : random.Of(1, 9)).Byte((descriptors & 0x1f) | (kind << 5)).UInt16((uint)length).Bytes(payload.AsSpan(0, length));
    }

    private static byte[] Any(FuzzRandom random, int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(256))];

    private static byte[] Words(params ulong[] words) => [.. words.SelectMany(VhostUserPayload.Number)];

    private static byte[] State(uint ring, uint number) => VhostUserPayload.VringState((int)ring, number);
}
