namespace Emulator.VirtioProxy.Carriers;

/// <summary>Takes what a carrier delivers: one message at a time, on a thread of the carrier's.</summary>
internal interface ICarrierSink
{
    /// <summary>A message has come; its header can be read and its length is right.</summary>
    /// <param name="message">All of it; valid during the call.</param>
    void Received(ReadOnlySpan<byte> message);

    /// <summary>Nothing will come any more. Told once.</summary>
    /// <param name="reason">Why, for people.</param>
    void Lost(string reason);
}
