using System.Buffers.Binary;
using Emulator.Virtio;
using Emulator.Virtio.Queues;
using Emulator.VirtioProxy.Messages;

namespace Emulator.VirtioProxy.Records;

/// <summary>What a record says of a device before its machine starts.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Features">What it offers.</param>
/// <param name="QueueSizes">The largest size of each queue.</param>
/// <param name="Configuration">Its configuration space.</param>
internal sealed record RecordedDevice(VirtioDeviceType Type, ulong Features, int[] QueueSizes, byte[] Configuration)
{
    private const int MostQueues = 1024;

    /// <summary>Reads a device's descriptions.</summary>
    /// <param name="record">The record of this device, at its beginning.</param>
    /// <exception cref="EmulatorException">They are not whole.</exception>
    public static RecordedDevice Read(RecordReader record)
    {
        RecordEntry entry = Take(record, TransportMessage.GetDeviceInfo);
        Payloads.DeviceInfo info = entry.Read<Payloads.DeviceInfo>(out _);
        if (info.Queues is 0 or > MostQueues)
        {
            throw entry.Broken();
        }

        entry = Take(record, TransportMessage.GetDeviceFeatures);
        _ = entry.Read<Payloads.FeatureBlocks>(out ReadOnlySpan<byte> words);
        ulong features = words.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(words) : throw entry.Broken();
        int[] sizes = new int[info.Queues];
        for (int queue = 0; queue < sizes.Length; queue++)
        {
            entry = Take(record, TransportMessage.GetVqueue);
            uint size = entry.Read<Payloads.Queue>(out _).LargestSize;
            sizes[queue] = size is > 0 and <= VirtqueueSettings.LargestSize ? (int)size : throw entry.Broken();
        }

        entry = Take(record, TransportMessage.GetConfig);
        _ = entry.Read<Payloads.ConfigurationBytes>(out ReadOnlySpan<byte> configuration);
        return configuration.Length == info.ConfigurationLength ? new RecordedDevice((VirtioDeviceType)info.DeviceId, features, sizes, configuration.ToArray()) : throw entry.Broken();
    }

    private static RecordEntry Take(RecordReader record, TransportMessage id)
    {
        RecordEntry entry = record.Take();
        return entry.Kind == RecordKind.Description && entry.Id == id ? entry : throw entry.Broken();
    }
}
