using System.Buffers.Binary;
using System.Text;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Share;

/// <summary>The 9P transport device: a folder of the host, by 9P2000.L (virtio 1.3 keeps device id 9 for it; the layout is that of Linux's virtio_9p.h).</summary>
internal sealed class VirtioShare : VirtioModel
{
    private const ulong MountTag = 1 << 0; // VIRTIO_9P_MOUNT_TAG
    private const int QueueSize = 128;

    private readonly ShareServer _server;
    private readonly byte[] _configuration;

    /// <summary>Creates the device.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="tag">The name by which the guest mounts it.</param>
    /// <param name="isReadOnly">True when the guest must not change anything.</param>
    public VirtioShare(VirtioModelSettings settings, string folder, string tag, bool isReadOnly = false)
        : base(settings, VirtioDeviceType.Share, [QueueSize])
    {
        _server = new ShareServer(new HostFolder(folder, () => settings.StartDate.UtcDateTime.AddTicks(settings.Clock.Now.Nanoseconds / TimeSpan.NanosecondsPerTick)), isReadOnly);
        _configuration = new byte[2 + tag.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(_configuration, (ushort)tag.Length);
        _ = Encoding.ASCII.GetBytes(tag, _configuration.AsSpan(2));
    }

    /// <inheritdoc/>
    public override int ConfigurationLength => _configuration.Length;

    /// <inheritdoc/>
    protected override ulong DeviceTypeFeatures => MountTag;

    /// <inheritdoc/>
    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        _configuration.AsSpan(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override void Dispose() => _server.Dispose();

    /// <inheritdoc/>
    protected override bool Execute(int queue, DescriptorChain chain)
    {
        bool isRequest = _server.Answer(chain);
        RequestType = (uint)_server.LastMessage;
        return isRequest;
    }

    /// <inheritdoc/>
    protected override string NameOfRequest(int queue, uint type) => ((ShareMessage)type).ToString();

    /// <inheritdoc/>
    protected override void OnReset() => _server.Reset();

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer) => _server.Save(writer);

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader) => _server.Load(reader);
}
