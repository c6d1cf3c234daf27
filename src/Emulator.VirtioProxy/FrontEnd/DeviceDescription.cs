using System.Buffers.Binary;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.FrontEnd;

/// <summary>What a back end tells of a device when it is attached.</summary>
/// <param name="Number">Its number, <c>dev_num</c>.</param>
/// <param name="Info">What it is.</param>
/// <param name="Features">What it offers.</param>
/// <param name="QueueSizes">The largest size of each queue.</param>
/// <param name="Generation">The configuration's generation.</param>
/// <param name="Configuration">Its configuration space.</param>
internal sealed record DeviceDescription(ushort Number, Payloads.DeviceInfo Info, ulong Features, int[] QueueSizes, uint Generation, byte[] Configuration)
{
    // More is no device of today's; a guest cannot have so many.
    private const int MostQueues = 64;
    private const int MostConfiguration = 4096;
    private const int MapBits = 256;

    /// <summary>Asks for the numbers of all devices.</summary>
    /// <exception cref="EmulatorException">The back end does not answer, or not as it should.</exception>
    public static IReadOnlyList<ushort> FindAll(ProxyPeer peer, Func<ProxyReply, ProxyReply> wait)
    {
        var numbers = new List<ushort>();
        int offset = 0;
        do
        {
            Payloads.DeviceMap map = Read<Payloads.DeviceMap>(wait(peer.RequestBus(BusMessage.GetDevices, new Payloads.DeviceRange((ushort)offset, MapBits))), out ReadOnlySpan<byte> bits);
            for (int i = 0; i < Math.Min(map.Count, bits.Length * 8); i++)
            {
                if ((bits[i / 8] & (1 << (i % 8))) != 0)
                {
                    numbers.Add((ushort)(map.Offset + i));
                }
            }

            offset = map.NextOffset > offset ? map.NextOffset : 0;
        }
        while (offset != 0);

        return numbers;
    }

    /// <summary>Asks for all that is to know of a device.</summary>
    /// <exception cref="EmulatorException">The back end does not answer, or not as it should.</exception>
    public static DeviceDescription Fetch(ProxyPeer peer, ushort number, Func<ProxyReply, ProxyReply> wait)
    {
        Payloads.DeviceInfo info = Read<Payloads.DeviceInfo>(wait(peer.Request(TransportMessage.GetDeviceInfo, number, default(Payloads.Nothing))), out _);
        if (info.Queues is 0 or > MostQueues || info.ConfigurationLength > MostConfiguration)
        {
            throw new EmulatorException($"the back end tells of a device with {info.Queues} queues and a configuration of {info.ConfigurationLength} bytes; at most {MostQueues} and {MostConfiguration} are taken");
        }

        _ = Read<Payloads.FeatureBlocks>(wait(peer.Request(TransportMessage.GetDeviceFeatures, number, new Payloads.FeatureBlocks(0, 2))), out ReadOnlySpan<byte> words);
        ulong features = words.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(words) : 0;
        int[] sizes = new int[info.Queues];
        for (int queue = 0; queue < sizes.Length; queue++)
        {
            uint largest = Read<Payloads.Queue>(wait(peer.Request(TransportMessage.GetVqueue, number, new Payloads.Index((uint)queue))), out _).LargestSize;
            sizes[queue] = (int)Math.Clamp(largest, 1u, (uint)Virtio.Queues.VirtqueueSettings.LargestSize);
        }

        (uint generation, byte[] configuration) = FetchConfiguration(peer, number, (int)info.ConfigurationLength, wait);
        return new DeviceDescription(number, info, features, sizes, generation, configuration);
    }

    /// <summary>True when another back end's device can go on where this one's stopped.</summary>
    /// <param name="other">The other one.</param>
    /// <param name="features">What the guest has accepted.</param>
    public bool CanGoOnAs(DeviceDescription other, ulong features) =>
        other.Info.DeviceId == Info.DeviceId && other.QueueSizes.SequenceEqual(QueueSizes) && other.Configuration.Length == Configuration.Length && (features & ~other.Features) == 0;

    // In pieces that fit into any message.
    private static (uint Generation, byte[] Bytes) FetchConfiguration(ProxyPeer peer, ushort number, int length, Func<ProxyReply, ProxyReply> wait)
    {
        int most = Math.Min(64, Message.Room<Payloads.ConfigurationBytes>(peer.LongestMessage));
        byte[] bytes = new byte[length];
        uint generation = 0;
        for (int offset = 0; offset < length; offset += most)
        {
            int count = Math.Min(most, length - offset);
            generation = Read<Payloads.ConfigurationBytes>(
                wait(peer.Request(TransportMessage.GetConfig, number, new Payloads.ConfigurationRange((uint)offset, (uint)count))), out ReadOnlySpan<byte> piece).Generation;
            piece[..Math.Min(count, piece.Length)].CopyTo(bytes.AsSpan(offset));
        }

        return (generation, bytes);
    }

    private static T Read<T>(ProxyReply reply, out ReadOnlySpan<byte> tail)
        where T : unmanaged =>
        reply.TryRead(out T payload, out tail) ? payload : throw new EmulatorException($"the back end did not answer request 0x{reply.Id:x2} as virtio-proxy wants it; is it a virtio-proxy back end of this version?");
}
