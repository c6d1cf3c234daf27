using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices;

/// <summary>The entropy device (virtio 1.3, section 5.4): in a machine what it gives comes from the machine's seed, so that a run can be repeated; then it is for guests to use, not for secrets.</summary>
internal sealed class VirtioEntropy : VirtioModel
{
    private const int QueueSize = 8;

    // A driver that asks for more asks again.
    private const long MostBytes = 64 << 10;

    private readonly IRandomSource _random;

    /// <summary>Creates the device.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    /// <param name="random">Where its bytes come from: a stream of its own.</param>
    public VirtioEntropy(VirtioModelSettings settings, IRandomSource random)
        : base(settings, VirtioDeviceType.Entropy, [QueueSize])
    {
        _random = random;
    }

    /// <inheritdoc/>
    public override int ConfigurationLength => 0;

    /// <inheritdoc/>
    protected override ulong DeviceTypeFeatures => 0;

    /// <inheritdoc/>
    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination) => BackendAnswer.Done;

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is held.
    }

    /// <inheritdoc/>
    protected override bool Execute(int queue, DescriptorChain chain)
    {
        if (chain.WritableLength == 0)
        {
            return false;
        }

        long left = Math.Min(chain.WritableLength, MostBytes);
        while (left > 0 && chain.TryTakeWritable((int)left, out DmaRange piece))
        {
            _random.Fill(piece.Writable);
            piece.MarkWritten(0, piece.Length);
            left -= piece.Length;
        }

        return true;
    }

    /// <inheritdoc/>
    protected override string NameOfRequest(int queue, uint type) => "entropy";

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer) => _random.Save(writer);

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader) => _random.Load(reader);
}
