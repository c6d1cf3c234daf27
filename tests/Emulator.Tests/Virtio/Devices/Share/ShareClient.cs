using System.Buffers.Binary;
using System.Text;
using Emulator.Testing.Virtio;
using Emulator.Virtio.Devices.Share;

namespace Emulator.Tests.Virtio.Devices.Share;

/// <summary>A client of 9P2000.L: sends messages through the ring of a device and takes the answers apart.</summary>
internal sealed class ShareClient(Rig rig)
{
    private const ulong Requests = GuestMemory.Base + 0x20_0000;
    private const ulong Replies = GuestMemory.Base + 0x30_0000;
    private const int HeadLength = 7;

    /// <summary>Room for answers.</summary>
    public uint Room { get; set; } = 0x1_0000;

    public static ShareClient Start(Rig rig, uint messageBytes = 0x1_0000)
    {
        var client = new ShareClient(rig);
        Assert.That(client.Ask(ShareMessage.Version, messageBytes, "9P2000.L")[..4], Is.EqualTo(BitConverter.GetBytes(messageBytes)));
        _ = client.Ask(ShareMessage.Attach, 0u, uint.MaxValue, "root", "", 0u);
        return client;
    }

    /// <summary>A message with fields of the widths of the arguments; strings have their length before them.</summary>
    public static byte[] Message(ShareMessage type, ushort tag, params object[] fields)
    {
        var bytes = new List<byte>([0, 0, 0, 0, (byte)type, (byte)tag, (byte)(tag >> 8)]);
        foreach (object field in fields)
        {
            bytes.AddRange(field switch
            {
                byte value => [value],
                ushort value => BitConverter.GetBytes(value),
                uint value => BitConverter.GetBytes(value),
                ulong value => BitConverter.GetBytes(value),
                string value => [.. BitConverter.GetBytes((ushort)Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)],
                byte[] value => value,
                _ => throw new ArgumentException($"{field.GetType()} is no field", nameof(fields)),
            });
        }

        byte[] message = [.. bytes];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        return message;
    }

    /// <summary>Sends a request and wants it to succeed.</summary>
    /// <returns>The answer behind its head.</returns>
    public byte[] Ask(ShareMessage type, params object[] fields)
    {
        byte[] answer = Send(Message(type, type == ShareMessage.Version ? ushort.MaxValue : (ushort)7, fields));
        Assert.That((ShareMessage)answer[4], Is.EqualTo(type + 1), $"{type}: error {(answer.Length == 11 ? answer[7] : 0)}");
        return answer[HeadLength..];
    }

    /// <summary>Sends a request and wants it to fail.</summary>
    public LinuxError Fails(ShareMessage type, params object[] fields) => ErrorOf(Send(Message(type, 7, fields)));

    public static LinuxError ErrorOf(byte[] answer)
    {
        Assert.That((ShareMessage)answer[4], Is.EqualTo(ShareMessage.Error));
        return (LinuxError)BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(HeadLength));
    }

    /// <summary>Sends bytes and gives what is answered, whole.</summary>
    public byte[] Send(byte[] message)
    {
        rig.Memory.Write(Requests, message);
        rig.Ring.Add([new(Requests, (uint)message.Length, false), new(Replies, Room, true)]);
        rig.Driver.Notify(0);
        Assert.That(rig.Ring.TryTakeUsed(out UsedBuffer used), Is.True);
        byte[] answer = rig.Memory.Read(Replies, (int)used.Written);
        Assert.That(BinaryPrimitives.ReadInt32LittleEndian(answer), Is.EqualTo(answer.Length));
        return answer;
    }

    /// <summary>A new fid at a path.</summary>
    public uint Walk(uint fid, string path)
    {
        string[] names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        byte[] answer = Ask(ShareMessage.Walk, [0u, fid, (ushort)names.Length, .. names]);
        Assert.That(answer[0], Is.EqualTo(names.Length));
        return fid;
    }

    /// <summary>A new fid that is open.</summary>
    public uint Open(uint fid, string path, uint flags = 0)
    {
        _ = Walk(fid, path);
        _ = Ask(ShareMessage.Open, fid, flags);
        return fid;
    }

    public byte[] Read(uint fid, ulong offset, uint count) => Ask(ShareMessage.Read, fid, offset, count)[4..];

    public uint Write(uint fid, ulong offset, byte[] contents) =>
        BinaryPrimitives.ReadUInt32LittleEndian(Ask(ShareMessage.Write, fid, offset, (uint)contents.Length, contents));

    /// <summary>The names in an open folder, read piece by piece.</summary>
    public List<string> Names(uint fid, uint count = 200)
    {
        var names = new List<string>();
        ulong offset = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = Ask(ShareMessage.ReadDirectory, fid, offset, count).AsSpan(4);
            if (rest.IsEmpty)
            {
                return names;
            }

            while (!rest.IsEmpty)
            {
                offset = BinaryPrimitives.ReadUInt64LittleEndian(rest[13..]);
                int length = BinaryPrimitives.ReadUInt16LittleEndian(rest[22..]);
                names.Add(Encoding.UTF8.GetString(rest.Slice(24, length)));
                rest = rest[(24 + length)..];
            }
        }
    }
}
