using System.Buffers;
using Emulator.Snapshots;
using Emulator.Virtio;
using Emulator.Virtio.Devices;
using Emulator.Virtio.Queues;
using Microsoft.Extensions.Logging;

namespace Emulator.VirtioProxy.Server;

/// <summary>A device of somebody else's as a model of this project.</summary>
internal sealed partial class CustomModel : VirtioModel
{
    // More is no request of a driver's.
    private const long MostBytes = 64 << 20;

    // What belongs to rings, transports and the platform (virtio 1.3, section 6).
    private const ulong DeviceTypeBits = 0xfffc_0000_00ff_ffff;

    private readonly CustomDevice _device;
    private readonly ILogger? _logger;

    /// <summary>Creates a model whose driver has not come yet.</summary>
    /// <param name="settings">What it needs of its machine or server.</param>
    /// <param name="device">The device.</param>
    /// <param name="logger">Told of what the device throws.</param>
    public CustomModel(VirtioModelSettings settings, CustomDevice device, ILogger? logger)
        : base(settings, (VirtioDeviceType)device.DeviceId, device.QueueSizes)
    {
        _device = device;
        _logger = logger;
        ConfigurationLength = device.Configuration.Length;
    }

    /// <inheritdoc/>
    public override int ConfigurationLength { get; }

    /// <inheritdoc/>
    protected override ulong DeviceTypeFeatures => _device.Features & DeviceTypeBits;

    /// <inheritdoc/>
    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        ReadOnlySpan<byte> configuration = _device.Configuration;
        destination.Clear();
        if (offset < configuration.Length)
        {
            configuration[offset..Math.Min(configuration.Length, offset + destination.Length)].CopyTo(destination);
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The device is its maker's.
    }

    /// <inheritdoc/>
    protected override bool Execute(int queue, DescriptorChain chain)
    {
        if (chain.ReadableLength + chain.WritableLength > MostBytes)
        {
            return false;
        }

        (int readable, int writable) = ((int)chain.ReadableLength, (int)chain.WritableLength);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(readable + writable);
        try
        {
            Span<byte> answer = bytes.AsSpan(readable, writable);
            answer.Clear();
            int written = chain.TryRead(bytes.AsSpan(0, readable)) ? _device.Serve(queue, bytes.AsSpan(0, readable), answer) : CustomDevice.Malformed;
            return written >= 0 && written <= writable && chain.TryWrite(answer[..written]);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A mistake of the device's ends its work, not that of the process that serves others, too.
            if (_logger is not null)
            {
                TellMistake(_logger, e);
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <inheritdoc/>
    protected override void OnReset() => _device.Reset();

    /// <inheritdoc/>
    protected override string NameOfRequest(int queue, uint type) => "request";

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer) => throw new SnapshotException($"'{Name}' is a device of somebody else's, whose state is not known here");

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader) => throw new SnapshotException($"'{Name}' is a device of somebody else's, whose state is not known here");

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "virtio-proxy: a device has thrown an exception, and needs a reset")]
    private static partial void TellMistake(ILogger logger, Exception mistake);
}
