namespace Emulator.Fuzz.Vhost;

/// <summary>What a back end does otherwise than it should.</summary>
/// <param name="Wait">How many events it behaves before.</param>
/// <param name="Fault">What it does then.</param>
/// <param name="Place">Where, as the fault takes it.</param>
/// <param name="Bits">What is changed, as the fault takes it.</param>
/// <param name="Bytes">What is said or written.</param>
internal sealed record BackEndStep(int Wait, BackEndFault Fault, byte Place, byte Bits, byte[] Bytes);
