namespace Emulator.Network;

/// <summary>A link that can take frames which are not cut yet.</summary>
internal interface ILargeFrameLink : INetworkLink
{
    /// <summary>True when it does; a link in front of another one does what that does.</summary>
    bool TakesLargeFrames { get; }

    /// <summary>Takes a large frame from the device.</summary>
    /// <param name="frame">The frame, valid during the call only.</param>
    /// <param name="offload">What is left to do to it; checked by <see cref="FrameSegmenter.TryStart"/>.</param>
    void Transmit(ReadOnlySpan<byte> frame, in FrameOffload offload);
}
