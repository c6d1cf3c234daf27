namespace Emulator.Fuzz.Vhost;

/// <summary>
/// Makes inputs of <see cref="VhostFrontEndTarget"/>: a device, choices, the driver's actions after their number, and the back end's steps: how many events it behaves before in the upper half of a byte and the fault in the lower, a
/// place, bits, and bytes after their number.
/// </summary>
internal static class VhostFrontEndInput
{
    private const int MostSteps = 12;
    private const int MostActions = 24;

    public static void Make(FuzzRandom random, InputWriter input)
    {
        input.Byte(random.Next(4)).Byte(random.Next(256));
        uint actions = random.Next(MostActions);
        input.Byte(actions);
        for (; actions > 0; actions--)
        {
            input.Byte(random.Next(256));
        }

        for (uint left = random.Next(MostSteps); left > 0; left--)
        {
            var fault = (BackEndFault)random.Next(16);
            byte[] bytes = Bytes(random, fault);
            input.Byte((random.Next(16) << 4) | (uint)fault).Byte(random.Once(3) ? random.Next(256) : random.Next(24)).Byte(random.Once(3) ? random.Next(256) : 1u << (int)random.Next(8));
            input.Byte((uint)bytes.Length).Bytes(bytes);
        }
    }

    private static byte[] Bytes(FuzzRandom random, BackEndFault fault)
    {
        var bytes = new InputWriter(200);
        switch (fault)
        {
            case BackEndFault.Replace or BackEndFault.Append or BackEndFault.Prepend:
                uint length = random.Of(0, 8, 8, 8, 20, 72);
                bytes.UInt32(1 + random.Next(40)).UInt32(random.Once(8) ? random.Next(16) : 5).UInt32(random.Once(8) ? (uint)random.UInt64() : length);
                Numbers(random, bytes, length / 4);
                break;
            case BackEndFault.Request:
                bytes.UInt32(random.Once(3) ? random.Next(8) : 2).UInt32(random.Once(4) ? random.Next(16) : random.Of(1, 9)).UInt32(random.Once(4) ? random.Next(100) : 0);
                Numbers(random, bytes, random.Once(4) ? random.Next(20) : 0);
                break;
            case BackEndFault.WriteMemory:
                bytes.UInt16(random.Next(1 << 16));
                Numbers(random, bytes, 1 + random.Next(8));
                break;
        }

        return bytes.Written.ToArray();
    }

    private static void Numbers(FuzzRandom random, InputWriter bytes, uint count)
    {
        for (; count > 0; count--)
        {
            bytes.UInt32(random.Once(4) ? (uint)random.UInt64() : random.Next(20));
        }
    }
}
