using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.VirtioProxy.VhostUser;
using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.Fuzz.Vhost;

// What it says and serves, and what it does wrong about it.
internal sealed unsafe partial class HostileBackEnd
{
    private void Answer(BackEndStep step, uint request, byte[]? answer)
    {
        // A fault about an answer where none is due is made with one.
        bool needsAnswer = step.Fault is BackEndFault.Twice or BackEndFault.Change or BackEndFault.HangUpWithin or BackEndFault.StopWithin or BackEndFault.Flood or BackEndFault.Descriptors;
        answer ??= needsAnswer ? VhostUserPayload.Number(step.Place) : null;
        byte[] message = answer is null ? [] : new byte[VhostUserHeader.Length + answer.Length];
        if (answer is not null)
        {
            new VhostUserHeader(request, VhostUserFlags.Version | VhostUserFlags.Reply, (uint)answer.Length).Write(message);
            answer.CopyTo(message, VhostUserHeader.Length);
        }

        switch (step.Fault)
        {
            case BackEndFault.Silence:
                break;
            case BackEndFault.Twice:
                Say([.. message, .. message]);
                break;
            case BackEndFault.Change:
                message[step.Place % message.Length] ^= step.Bits;
                Say(message);
                break;
            case BackEndFault.Replace:
                Say(step.Bytes);
                break;
            case BackEndFault.Append:
                Say([.. message, .. step.Bytes]);
                break;
            case BackEndFault.Prepend:
                Say([.. step.Bytes, .. message]);
                break;
            case BackEndFault.HangUp:
                Close();
                break;
            case BackEndFault.HangUpWithin:
                Say(message.AsSpan(0, step.Place % message.Length));
                Close();
                break;
            case BackEndFault.StopWithin:
                Say(message.AsSpan(0, step.Place % message.Length));
                break;
            case BackEndFault.Flood:
                foreach (byte one in message)
                {
                    Say([one], step.Bits % 17);
                }

                break;
            case BackEndFault.Descriptors:
                Say(message, step.Bits % 17);
                break;
            case BackEndFault.HangUpAfter:
                Say(message);
                Close();
                break;
            default:
                Disturb(step);
                Say(message);
                break;
        }
    }

    private void Disturb(BackEndStep step)
    {
        switch (step.Fault)
        {
            case BackEndFault.Request when _channel is not null && step.Bytes.Length > 0:
                Span<int> descriptors = stackalloc int[step.Bits % 17];
                descriptors.Fill(trap);
                _ = DescriptorMessages.Send(_channel.Descriptor, step.Bytes, descriptors, LinuxCalls.MessageDontWait);
                break;
            case BackEndFault.WriteMemory when step.Bytes.Length > 2:
                // Offsets from where a ring's parts are reach further than others. With the guest's RAM at hand a table could spoil the guest, which were nobody's mistake.
                BackEndRing ring = _rings[step.Place & 3];
                ulong start = (HasGuestMemory ? step.Bits & 1 : step.Bits & 3) switch { 0 => ring.Used, 1 => ring.Used + 2, 2 => ring.Table, _ => ring.Available };
                ulong address = start + (ulong)(BinaryPrimitives.ReadUInt16LittleEndian(step.Bytes) & (HasGuestMemory || step.Bits < 128 ? 0xf : 0xffff));
                Span<byte> bytes = Bytes(address, Math.Min(step.Bytes.Length - 2, HasGuestMemory ? 16 : int.MaxValue));
                step.Bytes.AsSpan(2, bytes.Length).CopyTo(bytes);
                break;
            case BackEndFault.Signal:
                Signal(_rings[step.Place & 3]);
                break;
        }
    }

    private void Serve(BackEndRing ring)
    {
        // A ring may have been overwritten: chains are as many as that says, but not for ever.
        for (int i = 0; i < MostChains && _isConnected && Read16(ring.Available + 2) != ring.Position; i++)
        {
            ushort head = Read16(ring.Available + 4 + (2 * (ulong)(ring.Position & (ring.Size - 1))));
            ring.Position++;
            BackEndStep step = Next();
            if (step.Fault == BackEndFault.Silence)
            {
                continue;
            }

            if (step.Fault == BackEndFault.StopWithin && ring.Deferred < 0)
            {
                ring.Deferred = head;
                continue;
            }

            Serve(ring, head, step);
            if (ring.Deferred >= 0 && _isConnected)
            {
                int deferred = ring.Deferred;
                ring.Deferred = -1;
                Use(ring, (uint)deferred, Fill(ring, (ushort)deferred));
            }
        }

        Signal(ring);
    }

    private void Serve(BackEndRing ring, ushort head, BackEndStep step)
    {
        switch (step.Fault)
        {
            case BackEndFault.Twice:
                Use(ring, head, Fill(ring, head));
                Use(ring, head, 1);
                break;
            case BackEndFault.Change:
                Use(ring, head ^ (uint)step.Place, Fill(ring, head) ^ ((uint)step.Bits << 8));
                break;
            case BackEndFault.Replace:
                Use(ring, (uint)Word([.. step.Bytes, .. new byte[8]], 0), step.Bits);
                break;
            case BackEndFault.Append:
                Use(ring, head, Fill(ring, head) + ((uint)step.Bits << 22));
                break;
            case BackEndFault.Prepend:
                ring.UsedIndex += step.Place;
                Use(ring, head, Fill(ring, head));
                break;
            case BackEndFault.HangUp or BackEndFault.HangUpWithin:
                Close();
                break;
            case BackEndFault.HangUpAfter:
                Use(ring, head, Fill(ring, head));
                Close();
                break;
            default:
                Disturb(step);
                Use(ring, head, Fill(ring, head));
                break;
        }
    }

    private uint Fill(BackEndRing ring, ushort head)
    {
        uint written = 0;
        Span<byte> last = default;
        int index = head;
        for (int i = 0; i < ring.Size; i++)
        {
            Span<byte> entry = Bytes(ring.Table + (16 * (ulong)(index & (ring.Size - 1))), 16);
            if (entry.Length < 16)
            {
                break;
            }

            ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(entry[12..]);
            if ((flags & 2) != 0)
            {
                last = Bytes(Word(entry, 0), (int)(Word(entry, 8) & 0xf_ffff));
                last.Fill(Filling);
                written += (uint)last.Length;
            }

            if ((flags & 1) == 0)
            {
                break;
            }

            index = BinaryPrimitives.ReadUInt16LittleEndian(entry[14..]);
        }

        if (!last.IsEmpty)
        {
            last[^1] = 0;
        }

        return written;
    }

    private void Use(BackEndRing ring, uint id, uint written)
    {
        Span<byte> entry = Bytes(ring.Used + 4 + (8 * (ulong)(ring.UsedIndex & (ring.Size - 1))), 8);
        Span<byte> index = Bytes(ring.Used + 2, 2);
        ring.UsedIndex++;
        if (entry.Length == 8 && index.Length == 2)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry, id);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], written);
            BinaryPrimitives.WriteUInt16LittleEndian(index, ring.UsedIndex);
        }
    }

    private void Say(ReadOnlySpan<byte> bytes, int copies = 0)
    {
        copies += _answered >= 0 && copies < DescriptorMessages.Most ? 1 : 0;
        if (!bytes.IsEmpty && _isConnected)
        {
            Span<int> descriptors = stackalloc int[copies];
            descriptors.Fill(trap);
            _ = DescriptorMessages.Send(_socket!.Descriptor, bytes, descriptors, LinuxCalls.MessageDontWait);
        }
    }

    private static void Signal(BackEndRing ring)
    {
        ulong one = 1;
        if (ring.Call >= 0)
        {
            _ = LinuxCalls.Write(ring.Call, &one, sizeof(ulong));
        }
    }

    private ushort Read16(ulong address) => Bytes(address, 2) is { Length: 2 } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    private Span<byte> Bytes(ulong address, int length)
    {
        foreach ((ulong start, GuestRam memory) in _regions)
        {
            if (address >= start && address - start < memory.Length)
            {
                return new Span<byte>(memory.Pointer + (address - start), (int)Math.Min((ulong)length, memory.Length - (address - start)));
            }
        }

        return default;
    }
}
