using Emulator.Snapshots;
using Emulator.Virtio.Queues;

namespace Emulator.Fuzz.Transports;

/// <summary>A transport under test, as its driver sees it.</summary>
internal interface IFuzzedTransport : ISnapshotState, IDisposable
{
    /// <summary>Resets the device with its machine.</summary>
    void Reset();

    /// <summary>Writes a register of 32 bits.</summary>
    /// <param name="offset">Offset, 0 to 0x1ff.</param>
    /// <param name="value">The value.</param>
    void WriteRegister(ulong offset, uint value);

    /// <summary>Writes anywhere in the device's windows.</summary>
    void Write(ushort place, int size, uint value);

    /// <summary>Reads anywhere in the device's windows.</summary>
    void Read(ushort place, int size);

    /// <summary>Writes configuration space, if there is one.</summary>
    void WriteConfiguration(ushort place, int size, uint value);

    /// <summary>Reads configuration space, if there is one.</summary>
    void ReadConfiguration(ushort place, int size);

    /// <summary>Uses one of the registers by which a good driver chooses interrupts and the like.</summary>
    /// <param name="which">Which, of those that there are.</param>
    /// <param name="value">What to write, where it is written.</param>
    void Configure(int which, uint value);

    /// <summary>Notifies the device of a queue.</summary>
    void Notify(uint queue);

    /// <summary>Resets the device, and agrees on features.</summary>
    /// <param name="unwanted">Features that the driver does not know.</param>
    /// <returns>What both know.</returns>
    ulong Negotiate(ulong unwanted);

    /// <summary>The size of a queue that the driver cannot choose, or null.</summary>
    int? FixedSize(int queue);

    /// <summary>Starts a queue.</summary>
    void StartQueue(int queue, in VirtqueueSettings settings);

    /// <summary>Says that the driver is ready.</summary>
    void SetReady();
}
