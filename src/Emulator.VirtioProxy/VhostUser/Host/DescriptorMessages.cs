namespace Emulator.VirtioProxy.VhostUser.Host;

/// <summary>Single calls that send and receive bytes together with file descriptors.</summary>
internal static unsafe class DescriptorMessages
{
    /// <summary>More than any message of a protocol here carries; what a peer sends beyond is closed by the system.</summary>
    public const int Most = 16;

    /// <summary>Sends bytes; the descriptors go with the first of them.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="bytes">The bytes, not empty.</param>
    /// <param name="descriptors">At most <see cref="Most"/>; they stay the caller's.</param>
    /// <param name="flags">Of the system's call.</param>
    /// <returns>How many bytes, or -1 with the system's error.</returns>
    public static nint Send(int socket, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> descriptors, int flags)
    {
        byte* control = stackalloc byte[ControlSpace(Most)];
        fixed (byte* first = bytes)
        {
            var vector = new LinuxCalls.Vector { Base = first, Length = (nuint)bytes.Length };
            var message = new LinuxCalls.MessageHeader { Vectors = &vector, VectorCount = 1 };
            if (!descriptors.IsEmpty)
            {
                var header = (LinuxCalls.ControlHeader*)control;
                *header = new LinuxCalls.ControlHeader
                {
                    Length = (nuint)(sizeof(LinuxCalls.ControlHeader) + (sizeof(int) * descriptors.Length)),
                    Level = LinuxCalls.SocketLevel,
                    Type = LinuxCalls.Rights,
                };
                descriptors.CopyTo(new Span<int>(header + 1, Most));
                message.Control = control;
                message.ControlLength = (nuint)ControlSpace(descriptors.Length);
            }

            return LinuxCalls.SendMessage(socket, &message, flags | LinuxCalls.MessageNoSignal);
        }
    }

    /// <summary>Receives bytes.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="bytes">Where to, not empty.</param>
    /// <param name="descriptors">Descriptors that came with the bytes are added; they are the caller's to close.</param>
    /// <param name="flags">Of the system's call.</param>
    /// <returns>How many bytes, 0 at the end, or -1 with the system's error.</returns>
    public static nint Receive(int socket, Span<byte> bytes, List<int> descriptors, int flags)
    {
        int space = ControlSpace(Most);
        byte* control = stackalloc byte[space];
        fixed (byte* first = bytes)
        {
            var vector = new LinuxCalls.Vector { Base = first, Length = (nuint)bytes.Length };
            var message = new LinuxCalls.MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = (nuint)space };
            nint count = LinuxCalls.ReceiveMessage(socket, &message, flags | LinuxCalls.MessageCloseOnExec);
            if (count > 0)
            {
                TakeDescriptors(message, descriptors);
            }

            return count;
        }
    }

    private static int ControlSpace(int descriptors) => sizeof(LinuxCalls.ControlHeader) + (((sizeof(int) * descriptors) + 7) & ~7);

    private static void TakeDescriptors(in LinuxCalls.MessageHeader message, List<int> descriptors)
    {
        nuint offset = 0;
        while (offset + (nuint)sizeof(LinuxCalls.ControlHeader) <= message.ControlLength)
        {
            var header = (LinuxCalls.ControlHeader*)((byte*)message.Control + offset);
            if (header->Length < (nuint)sizeof(LinuxCalls.ControlHeader) || header->Length > message.ControlLength - offset)
            {
                return;
            }

            if (header->Level == LinuxCalls.SocketLevel && header->Type == LinuxCalls.Rights)
            {
                int count = (int)(header->Length - (nuint)sizeof(LinuxCalls.ControlHeader)) / sizeof(int);
                descriptors.AddRange(new ReadOnlySpan<int>(header + 1, count));
            }

            offset += (header->Length + 7) & ~(nuint)7;
        }
    }
}
