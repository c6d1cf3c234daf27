namespace Emulator.Network;

/// <summary>A network device that can take frames which are not cut yet.</summary>
internal interface ILargeFrameAdapter : INetworkAdapter
{
    /// <summary>A large frame has come.</summary>
    /// <param name="frame">The frame, valid during the call only.</param>
    /// <param name="offload">What is left to do to it.</param>
    void Receive(ReadOnlySpan<byte> frame, in FrameOffload offload);
}
