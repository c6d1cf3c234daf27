using Emulator.Snapshots;
using Emulator.Timing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Emulator.Network;

/// <summary>A link that writes all that passes to a capture. A capture that cannot be written ends with a warning; the machine goes on.</summary>
public sealed partial class CapturingLink : ILargeFrameLink, ILargeFrameAdapter, IMachineAttachment, IDisposable
{
    private readonly INetworkLink _link;
    private readonly ILogger _logger;
    private readonly PcapWriter _capture;
    private INetworkAdapter? _adapter;
    private IMachineClock? _clock;
    private bool _failed;

    /// <summary>Puts a capture between a device and its link.</summary>
    /// <param name="link">The link.</param>
    /// <param name="capture">The capture; it is closed with this object.</param>
    /// <param name="logger">Where a failure is told.</param>
    public CapturingLink(INetworkLink link, PcapWriter capture, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(capture);
        _link = link;
        _capture = capture;
        _logger = logger ?? NullLogger.Instance;
    }

    /// <inheritdoc/>
    int IMachineAttachment.Number => (_link as IMachineAttachment)?.Number ?? 0;

    /// <inheritdoc/>
    public void Connect(INetworkAdapter adapter, IMachineClock clock, string name)
    {
        _adapter = adapter;
        _clock = clock;
        _link.Connect(this, clock, name);
    }

    /// <inheritdoc/>
    public void Transmit(ReadOnlySpan<byte> frame)
    {
        Capture(frame);
        _link.Transmit(frame);
    }

    /// <inheritdoc/>
    bool ILargeFrameLink.TakesLargeFrames => _adapter is ILargeFrameAdapter && _link is ILargeFrameLink { TakesLargeFrames: true };

    /// <inheritdoc/>
    void ILargeFrameLink.Transmit(ReadOnlySpan<byte> frame, in FrameOffload offload)
    {
        Capture(frame);
        (_link as ILargeFrameLink)?.Transmit(frame, offload);
    }

    /// <inheritdoc/>
    void ILargeFrameAdapter.Receive(ReadOnlySpan<byte> frame, in FrameOffload offload)
    {
        Capture(frame);
        (_adapter as ILargeFrameAdapter)?.Receive(frame, offload);
    }

    /// <inheritdoc/>
    public void Receive(ReadOnlySpan<byte> frame)
    {
        Capture(frame);
        _adapter?.Receive(frame);
    }

    /// <inheritdoc/>
    public void Save(SnapshotWriter writer) => _link.Save(writer);

    /// <inheritdoc/>
    public void Load(SnapshotReader reader) => _link.Load(reader);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _capture.Dispose();
        }
        catch (IOException e) when (!_failed)
        {
            LogFailure(e.Message);
        }
        catch (IOException)
        {
            // It was told already.
        }

        (_link as IDisposable)?.Dispose();
    }

    /// <inheritdoc/>
    void IMachineAttachment.Attach(Machine machine) => (_link as IMachineAttachment)?.Attach(machine);

    private void Capture(ReadOnlySpan<byte> frame)
    {
        if (_failed || _clock is null)
        {
            return;
        }

        try
        {
            _capture.Write(_clock.Now, frame);
        }
        catch (IOException e)
        {
            LogFailure(e.Message);
            _failed = true;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "the capture of network frames ends here: {Problem}")]
    private partial void LogFailure(string problem);
}
