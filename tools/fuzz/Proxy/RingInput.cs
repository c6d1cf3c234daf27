namespace Emulator.Fuzz.Proxy;

/// <summary>Makes inputs for <see cref="RingTarget"/>: mostly what makes sense, so that they come far.</summary>
internal static class RingInput
{
    private const int MostSteps = 40;
    private const ulong Base = 1UL << 40;
    private const int Rings = 0;
    private const int Buffers = 0x2000;
    private const int QueueSize = 16;

    /// <summary>Makes one.</summary>
    public static void Make(FuzzRandom random, InputWriter input)
    {
        bool isFrontEnd = random.Once(2);
        input.Byte(isFrontEnd ? 0u : 1u);
        if (isFrontEnd && !random.Once(8))
        {
            Start(random, input);
        }

        for (uint left = random.Next(MostSteps); left > 0; left--)
        {
            Step(random, input, isFrontEnd);
        }
    }

    private static void Start(FuzzRandom random, InputWriter input)
    {
        Say(input, 2, 0x80, 1, ProxyInput.HelloOverRings[8..]);
        uint flags = random.Once(4) ? 0x0au : 2;
        Say(input, 2, 0x81, 2, [16, 0, (byte)flags, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(Base), 0, 0, 1, 0, 0, 0, 0, 0, .. new byte[8]]);
        Say(input, 0, 0x04, 3, [0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
        Say(input, 0, 0x08, 4, [0x0b, 0, 0, 0]);
        byte[] queue = [.. BitConverter.GetBytes(Base + Rings), .. BitConverter.GetBytes(Base + (16 * QueueSize)), .. BitConverter.GetBytes(Base + (16 * QueueSize) + 40)];
        Say(input, 0, 0x0a, 5, [0, 0, 0, 0, 0, 0, 0, 0, QueueSize, 0, 0, 0, 0, 0, 0, 0, .. queue]);
        Say(input, 0, 0x08, 6, [0x0f, 0, 0, 0]);
        Descriptor(input, 0, Buffers, 16, 1, 1);
        Descriptor(input, 1, Buffers + 0x400, 512, 3, 2);
        Descriptor(input, 2, Buffers + 0x800, 1, 2, 0);
        Available(input, 1, 0);
    }

    private static void Step(FuzzRandom random, InputWriter input, bool isFrontEnd)
    {
        switch (random.Next(9))
        {
            case 0:
                input.Byte(HostileRing.Spoil).UInt16(random.Once(2) ? random.Next(400) : random.Next(0x1_0000)).UInt64(random.UInt64());
                break;
            case 1:
                input.Byte(HostileRing.SpoilHead).Byte(random.Next(4)).UInt16(random.Once(3) ? random.Next(0x1_0000) : random.Next(300));
                break;
            case 2:
                input.Byte(HostileRing.SpoilSleep).Byte(random.Next(3));
                break;
            case 3:
                Descriptor(input, random.Next(QueueSize), random.Once(4) ? random.Next(uint.MaxValue) : Buffers + (random.Next(64) * 0x40), random.Once(4) ? random.Next(uint.MaxValue) : random.Of(1, 16, 512), random.Next(8), random.Next(QueueSize + 2));
                break;
            case 4:
                Available(input, random.Once(4) ? random.Next(0x1_0000) : random.Next(4), random.Next(QueueSize + 2));
                break;
            case 5:
                input.Byte(HostileRing.Listen);
                break;
            case 6 when isFrontEnd:
                Say(input, 0, 0x41, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
                break;
            default:
                byte[] payload = new byte[random.Next(60)];
                for (int i = 0; i < payload.Length; i++)
                {
                    payload[i] = (byte)(random.Once(3) ? random.Next(256) : random.Next(4));
                }

                Say(input, random.Next(4), random.Once(2) ? random.Next(0x10) : random.Next(256), random.Next(4), payload);
                break;
        }
    }

    private static void Say(InputWriter input, uint type, uint id, uint token, ReadOnlySpan<byte> payload) =>
        input.Byte(HostileRing.Say).Byte(type).Byte(id).Byte(0).Byte(token).UInt16((uint)payload.Length).Bytes(payload);

    private static void Descriptor(InputWriter input, uint index, uint offset, uint length, uint flags, uint next) =>
        Write(input, Rings + (16 * index), [.. BitConverter.GetBytes(Base + offset), .. BitConverter.GetBytes(length), (byte)flags, 0, (byte)next, 0]);

    private static void Available(InputWriter input, uint index, uint head)
    {
        Write(input, Rings + (16 * QueueSize) + 4, [(byte)head, 0, (byte)head, 0, (byte)head, 0]);
        Write(input, Rings + (16 * QueueSize) + 2, [(byte)index, (byte)(index >> 8)]);
    }

    private static void Write(InputWriter input, uint offset, byte[] bytes) => input.Byte(HostileRing.WriteStatic).UInt16(offset).UInt16((uint)bytes.Length).Bytes(bytes);
}
