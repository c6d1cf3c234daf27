using System.Buffers.Binary;
using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Virtio.Devices;

/// <summary>
/// The RTC device (virtio 1.4 draft, section 5.23; device id 17), by Linux's virtio_rtc.h: clock 0 is UTC, clock 1 the time since the machine's start. Both are the machine's virtual clock, so a
/// reading is exact. It has no alarm and no readings together with a counter, which are options of the standard.
/// </summary>
internal sealed class VirtioClock : VirtioModel
{
    private const int QueueSize = 16;
    private const int HeadLength = 8;
    private const int RequestLength = 16;
    private const int AnswerLength = 16;
    private const ushort ReadRequest = 0x0001; // VIRTIO_RTC_REQ_READ
    private const ushort ConfigurationRequest = 0x1000; // VIRTIO_RTC_REQ_CFG
    private const ushort ClockRequest = 0x1001; // VIRTIO_RTC_REQ_CLOCK_CAP
    private const ushort CrossRequest = 0x1002; // VIRTIO_RTC_REQ_CROSS_CAP
    private const byte NotSupported = 2; // VIRTIO_RTC_S_EOPNOTSUPP
    private const byte NoDevice = 3; // VIRTIO_RTC_S_ENODEV
    private const ushort Clocks = 2;
    private const ushort Utc = 0;
    private const byte UtcType = 0; // VIRTIO_RTC_CLOCK_UTC
    private const byte MonotonicType = 2; // VIRTIO_RTC_CLOCK_MONOTONIC

    private readonly VirtioModelSettings _settings;

    /// <summary>Creates the device.</summary>
    /// <param name="settings">What it needs of its machine.</param>
    public VirtioClock(VirtioModelSettings settings)
        : base(settings, VirtioDeviceType.Clock, [QueueSize])
    {
        _settings = settings;
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
        Span<byte> request = stackalloc byte[RequestLength];
        Span<byte> answer = stackalloc byte[AnswerLength];
        request.Clear();
        answer.Clear();
        if (chain.ReadableLength < HeadLength || chain.WritableLength < HeadLength || !chain.TryRead(request[..(int)Math.Min(chain.ReadableLength, RequestLength)]))
        {
            return false;
        }

        ushort clock = BinaryPrimitives.ReadUInt16LittleEndian(request[HeadLength..]);
        answer[0] = Answer(BinaryPrimitives.ReadUInt16LittleEndian(request), clock, answer[HeadLength..]);
        return chain.TryWrite(answer[..(int)Math.Min(chain.WritableLength, AnswerLength)]);
    }

    /// <inheritdoc/>
    protected override void SaveModel(SnapshotWriter writer)
    {
        // The clock is the machine's.
    }

    /// <inheritdoc/>
    protected override void LoadModel(SnapshotReader reader)
    {
        // The clock is the machine's.
    }

    private byte Answer(ushort request, ushort clock, Span<byte> answer)
    {
        if (request is ReadRequest or ClockRequest or CrossRequest && clock >= Clocks)
        {
            return NoDevice;
        }

        switch (request)
        {
            case ReadRequest:
                long start = clock == Utc ? _settings.StartDate.ToUnixTimeMilliseconds() * 1_000_000 : 0;
                BinaryPrimitives.WriteInt64LittleEndian(answer, start + _settings.Clock.Now.Nanoseconds);
                return 0;
            case ConfigurationRequest:
                BinaryPrimitives.WriteUInt16LittleEndian(answer, Clocks);
                return 0;
            case ClockRequest:
                answer[0] = clock == Utc ? UtcType : MonotonicType;
                return 0;
            case CrossRequest:
                return 0; // no flag: not with any counter
            default:
                return NotSupported;
        }
    }
}
