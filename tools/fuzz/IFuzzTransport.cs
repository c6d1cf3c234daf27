using Emulator.Snapshots;

namespace Emulator.Fuzz;

/// <summary>A transport as the input sees it: a window of registers.</summary>
internal interface IFuzzTransport : ISnapshotState, IDisposable
{
    /// <summary>Length of the window in bytes.</summary>
    int Length { get; }

    /// <summary>The offset of a register that matters.</summary>
    ulong Register(byte number);

    void Write(ulong offset, int size, ulong value);

    void Read(ulong offset, int size);

    void Notify(int queue);

    /// <summary>
    /// Does what a good driver does first, so that the input need not find that out. All queues have the same ring, so that each gets what the input puts there.
    /// </summary>
    /// <param name="ring">Where the ring is.</param>
    /// <param name="features">What to accept of what is offered.</param>
    void Start(ulong ring, ulong features);
}
