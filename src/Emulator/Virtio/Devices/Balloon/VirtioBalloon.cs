using System.Buffers.Binary;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices.Balloon;

/// <summary>
/// The memory balloon (virtio 1.3, section 5.5). Pages that the driver puts into it are given back to the host and read as zeros afterwards; the driver may take them out again whenever it
/// likes.
/// </summary>
internal sealed class VirtioBalloon : VirtioModel, IVirtioBalloon
{
    private const ulong StatisticsQueueFeature = 1 << 1; // VIRTIO_BALLOON_F_STATS_VQ
    private const ulong DeflateOnOutOfMemory = 1 << 2; // VIRTIO_BALLOON_F_DEFLATE_ON_OOM
    private const int InflateQueue = 0;
    private const int StatisticsQueue = 2;
    private const int QueueSize = 128;
    private const int PageSize = 4096; // of the device, whatever the driver's are
    private const int ActualOffset = 4;
    private const int StatisticLength = 10;
    private const int MostStatistics = 64;

    // Linux gives 256 with a request. Pages that stay the guest's do no harm.
    private const int MostPagesOfRequest = 1 << 16;

    private readonly DmaView _memory;
    private readonly byte[] _configuration = new byte[8];
    private readonly SortedDictionary<int, ulong> _statistics = [];
    private bool _wantsStatistics;

    /// <summary>Creates the device.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    public VirtioBalloon(VirtioModelSettings settings)
        : base(settings, VirtioDeviceType.Balloon, [QueueSize, QueueSize, QueueSize])
    {
        _memory = settings.Memory;
    }

    /// <inheritdoc/>
    public override int ConfigurationLength => _configuration.Length;

    /// <inheritdoc/>
    public long TargetBytes
    {
        get => (long)BinaryPrimitives.ReadUInt32LittleEndian(_configuration) * PageSize;
        set
        {
            if (value < 0 || value % PageSize != 0 || value / PageSize > uint.MaxValue)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, $"a balloon has whole pages of {PageSize} bytes, at most 16 TiB");
            }

            BinaryPrimitives.WriteUInt32LittleEndian(_configuration, (uint)(value / PageSize));
            TellConfigurationChanged();
        }
    }

    /// <inheritdoc/>
    public long ActualBytes => (long)BinaryPrimitives.ReadUInt32LittleEndian(_configuration.AsSpan(ActualOffset)) * PageSize;

    /// <inheritdoc/>
    public IReadOnlyDictionary<int, ulong> Statistics => _statistics;

    /// <inheritdoc/>
    protected override ulong DeviceTypeFeatures => StatisticsQueueFeature | DeflateOnOutOfMemory;

    /// <inheritdoc/>
    public void RequestStatistics()
    {
        // The driver fills its buffer when it gets it back.
        _wantsStatistics = true;
        Look(StatisticsQueue);
    }

    /// <inheritdoc/>
    public override BackendAnswer ReadConfiguration(int offset, Span<byte> destination)
    {
        _configuration.AsSpan(offset, destination.Length).CopyTo(destination);
        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override BackendAnswer WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        if (offset >= ActualOffset)
        {
            source.CopyTo(_configuration.AsSpan(offset));
        }

        return BackendAnswer.Done;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // Nothing is held.
    }

    /// <inheritdoc/>
    protected override bool Execute(int queue, DescriptorChain chain)
    {
        switch (queue)
        {
            case InflateQueue:
                GiveBack(chain);
                return true;
            case StatisticsQueue when _wantsStatistics:
                _wantsStatistics = false;
                return true;
            case StatisticsQueue:
                ReadStatistics(chain);
                return PutBack();
            default:
                return true;
        }
    }

    /// <inheritdoc/>
    protected override void OnReset()
    {
        _configuration.AsSpan(ActualOffset).Clear();
        _statistics.Clear();
        _wantsStatistics = false;
    }

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer)
    {
        writer.Write((ReadOnlySpan<byte>)_configuration);
        writer.Write(_wantsStatistics);
        writer.Write(_statistics.Count);
        foreach ((int tag, ulong value) in _statistics)
        {
            writer.Write(tag);
            writer.Write(value);
        }
    }

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader)
    {
        reader.ReadBytes(_configuration);
        _wantsStatistics = reader.ReadBoolean();
        _statistics.Clear();
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            int tag = reader.ReadInt32();
            _statistics[tag] = reader.ReadUInt64();
        }
    }

    // Page numbers of 32 bits; such as lie in no RAM are none (section 5.5.6).
    private void GiveBack(DescriptorChain chain)
    {
        Span<byte> number = stackalloc byte[4];
        for (int count = 0; count < MostPagesOfRequest && chain.TryRead(number); count++)
        {
            ulong address = (ulong)BinaryPrimitives.ReadUInt32LittleEndian(number) * PageSize;
            if (_memory.TryMap(address, PageSize, forWriting: true, out DmaRange page))
            {
                page.GiveBack();
            }
        }
    }

    private void ReadStatistics(DescriptorChain chain)
    {
        Span<byte> statistic = stackalloc byte[StatisticLength];
        for (int count = 0; count < MostStatistics && chain.TryRead(statistic); count++)
        {
            int tag = BinaryPrimitives.ReadUInt16LittleEndian(statistic);
            if (tag < MostStatistics)
            {
                _statistics[tag] = BinaryPrimitives.ReadUInt64LittleEndian(statistic[2..]);
            }
        }
    }
}
