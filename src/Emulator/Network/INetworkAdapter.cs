namespace Emulator.Network;

/// <summary>A network device as the link at its connector sees it.</summary>
public interface INetworkAdapter
{
    /// <summary>A frame has come. An adapter without room for it drops it, as real ones do.</summary>
    /// <param name="frame">An Ethernet frame from destination address to the end of the payload, without preamble and check sequence; valid during the call only.</param>
    void Receive(ReadOnlySpan<byte> frame);
}
