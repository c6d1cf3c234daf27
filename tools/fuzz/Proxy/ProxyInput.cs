using System.Buffers.Binary;
using Emulator.VirtioProxy.Messages;

namespace Emulator.Fuzz.Proxy;

/// <summary>
/// How inputs of virtio-proxy are read and made. A message of an input is its type, id, device, token and the length of its payload, then the payload: the header's length is always right, as a carrier looks at it before.
/// </summary>
internal static class ProxyInput
{
    private const int MostMessages = 24;

    private static readonly byte[] s_fromFrontEnd = [0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x83, 0x84, 0xc2];
    private static readonly byte[] s_fromBackEnd = [0x40, 0x42, 0x83, 0xc3, 0xc3, 0xc3, 0xc4, 0xc4];

    /// <summary>A front end's HELLO.</summary>
    public static ReadOnlySpan<byte> Hello =>
        [2, 0x80, 0, 0, 1, 0, 44, 0, 0x56, 0x50, 0x58, 0x31, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x84, 0, 0, 0, 0xff, 0xff, 1, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    /// <summary>The same over rings, whose messages have 64 bytes at most: with memory that both sides have, and fat areas.</summary>
    public static ReadOnlySpan<byte> HelloOverRings =>
        [2, 0x80, 0, 0, 1, 0, 44, 0, 0x56, 0x50, 0x58, 0x31, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xc2, 0, 0, 0, 64, 0, 4, 0, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    /// <summary>PING.</summary>
    public static ReadOnlySpan<byte> Ping => [2, 3, 0, 0, 9, 0, 12, 0, 1, 2, 3, 4];

    /// <summary>Takes a message of an input.</summary>
    public static ReadOnlySpan<byte> TakeMessage(ref InputReader reader, byte[] buffer)
    {
        (byte type, byte id, byte device, byte token) = (reader.Byte(), reader.Byte(), reader.Byte(), reader.Byte());
        ReadOnlySpan<byte> payload = reader.Bytes(reader.UInt16() & 0x7ff);
        buffer[0] = (byte)(type & 3);
        buffer[1] = id;
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(2), device);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(4), token);
        BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(6), (ushort)(MessageHeader.Length + payload.Length));
        payload.CopyTo(buffer.AsSpan(MessageHeader.Length));
        return buffer.AsSpan(0, MessageHeader.Length + payload.Length);
    }

    /// <summary>Makes what a front end says: mostly what makes sense, with some bytes that are wrong.</summary>
    public static void MakeFrontEnd(FuzzRandom random, InputWriter input)
    {
        if (!random.Once(16))
        {
            Put(random, input, 2, 0x80, 0, 1, Hello[MessageHeader.Length..]);
        }

        if (!random.Once(4))
        {
            Start(random, input);
        }

        for (uint left = random.Next(MostMessages); left > 0; left--)
        {
            byte id = s_fromFrontEnd[random.Next((uint)s_fromFrontEnd.Length)];
            Put(random, input, random.Once(8) ? (byte)random.Next(4) : (byte)0, random.Once(16) ? (byte)random.Next(256) : id, random.Once(16) ? random.Next(3) : 0, 1 + random.Next(4), Payload(random, id));
        }
    }

    /// <summary>Makes what is put into a back end's answers.</summary>
    public static void MakeBackEnd(FuzzRandom random, InputWriter input)
    {
        for (uint left = 1 + random.Next(MostMessages); left > 0; left--)
        {
            // What is done with the message that comes next, and what is said after it.
            input.Byte(random.Once(4) ? random.Next(8) : 0).Byte(random.Next(256)).Byte(random.Next(256));
            byte id = s_fromBackEnd[random.Next((uint)s_fromBackEnd.Length)];
            Put(random, input, random.Once(8) ? (byte)random.Next(4) : (byte)0, random.Once(16) ? (byte)random.Next(256) : id, random.Once(16) ? random.Next(3) : 0, random.Next(3), Payload(random, id));
        }
    }

    private static void Start(FuzzRandom random, InputWriter input)
    {
        Put(random, input, 0, 0x04, 0, 2, [0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
        Put(random, input, 0, 0x08, 0, 3, [0x0b, 0, 0, 0]);
        Put(random, input, 0, 0x0a, 0, 4, [0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, .. new byte[24]]);
        Put(random, input, 0, 0x08, 0, 5, [0x0f, 0, 0, 0]);
    }

    private static void Put(FuzzRandom random, InputWriter input, byte type, byte id, uint device, uint token, ReadOnlySpan<byte> payload)
    {
        bool isWrong = random.Once(12);
        int length = isWrong && random.Once(2) ? (int)random.Next((uint)payload.Length + 1) : payload.Length;
        uint wrong = random.Next((uint)payload.Length + 1);
        input.Byte(type).Byte(id).Byte(device).Byte(token).UInt16((uint)length);
        for (int i = 0; i < length; i++)
        {
            input.Byte(isWrong && i == wrong ? random.Next(256) : payload[i]);
        }
    }

    // Small numbers, as most fields hold; now and then any.
    private static byte[] Payload(FuzzRandom random, byte id)
    {
        var payload = new InputWriter(2048);
        uint head = random.Next(6);
        uint Small() => random.Once(10) ? (uint)random.UInt64() : random.Next(20);
        switch (id)
        {
            case 0xc2:
                uint readable = random.Once(8) ? Small() : random.Of(16, 16 + 512, 1600);
                payload.UInt32(random.Once(10) ? Small() : 0).UInt16(head).UInt16(0).UInt32(readable).UInt32(random.Once(8) ? Small() : random.Of(1, 513, 1025));
                payload.Bytes([(byte)random.Next(3), 0, 0, 0, 0, 0, 0, 0, (byte)random.Next(70), 0, 0, 0, 0, 0, 0, 0]).Bytes(new byte[random.Once(3) ? random.Next(40) : Math.Min(readable, 1600)]);
                break;
            case 0xc3 or 0xc4:
                payload.UInt32(random.Once(10) ? Small() : 0).UInt16(head).UInt16(0).UInt32(random.Once(4) ? Small() : random.Of(0, 1, 512, 513)).Bytes(new byte[random.Of(0, 1, 1, 512, 513)]);
                break;
            case 0x40:
                payload.UInt32(random.Once(8) ? 0x40u : 0x0f).UInt32(Small()).UInt32(Small()).UInt32(random.Next(70)).Bytes(new byte[random.Next(70)]);
                break;
            case 0x83:
                payload.UInt32(0).UInt16(head).UInt16(Small()).UInt32(Small()).UInt32(Small()).Bytes(new byte[random.Next(20)]);
                break;
            case 0x04:
                payload.UInt32(0).UInt32(2).UInt32(0).UInt32(1);
                break;
            default:
                for (uint words = random.Next(11); words > 0; words--)
                {
                    payload.UInt32(Small());
                }

                break;
        }

        return payload.Written.ToArray();
    }
}
