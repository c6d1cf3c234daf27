namespace Emulator.VirtioProxy.FrontEnd;

/// <summary>What a guest waits for.</summary>
internal enum AskKind
{
    Features,
    Status,
    StartQueue,
    StopQueue,
    Configuration,
    Reset,
}
