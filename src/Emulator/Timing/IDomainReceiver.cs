namespace Emulator.Timing;

/// <summary>Who gets the messages that arrive at a <see cref="DomainPort"/>.</summary>
internal interface IDomainReceiver
{
    /// <summary>A message has arrived. Called between two instructions, at the instant of arrival.</summary>
    /// <param name="source">Index of the port that sent it.</param>
    /// <param name="payload">What was sent; it is the receiver's only during the call.</param>
    void Receive(int source, ReadOnlySpan<byte> payload);
}
