using Emulator.Memory;
using Emulator.Snapshots;

namespace Emulator.Virtio.Transports;

/// <summary>
/// The extension of a memory-mapped transport by message-signalled interrupts and a doorbell for each queue, in one of its layouts. Registers stand from 0x0c0 on, where the standard has
/// QueueReset: a transport with the extension has no reset of single queues.
/// </summary>
internal abstract class VirtioMmioMessages : ISnapshotState
{
    /// <summary>Offset of the first register.</summary>
    public const ulong FirstRegister = 0x0c0;

    /// <summary>Offset behind the last register.</summary>
    public const ulong EndOfRegisters = 0x0e0;

    // Behind the configuration spaces of all devices; the last bytes of a window of 0x200 bytes.
    private const int DoorbellsOffset = 0x180;
    private const int DoorbellsMultiplier = 4;
    private const int QueueNotifyOffset = 0x050;
    private const int WindowLength = 0x200;
    private const int ConfigurationOffset = 0x100;

    private readonly bool _hasDoorbells;

    /// <summary>Creates the extension of a transport.</summary>
    /// <param name="vectors">One for the configuration and one for each queue.</param>
    /// <param name="configurationLength">Length of the device's configuration space in bytes.</param>
    protected VirtioMmioMessages(MessageVectors vectors, int configurationLength)
    {
        Vectors = vectors;
        _hasDoorbells = configurationLength <= DoorbellsOffset - ConfigurationOffset && (vectors.Count - 1) * DoorbellsMultiplier <= WindowLength - DoorbellsOffset;
    }

    /// <summary>Feature bits that the transport offers for the extension.</summary>
    public virtual ulong Features => 0;

    /// <summary>True while interrupts are sent as messages; the wire and InterruptStatus are still then.</summary>
    public bool IsEnabled { get; protected set; }

    /// <summary>What QueueNotify reads as: where the doorbells are and how far apart. Without room for them there is one for all queues, QueueNotify itself.</summary>
    public uint Doorbells => _hasDoorbells ? DoorbellsOffset | ((uint)DoorbellsMultiplier << 16) : QueueNotifyOffset;

    /// <summary>The vectors.</summary>
    protected MessageVectors Vectors { get; }

    /// <summary>The queue whose doorbell is at an offset.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryFindDoorbell(ulong offset, out uint queue)
    {
        queue = (uint)(offset - DoorbellsOffset) / DoorbellsMultiplier;
        return _hasDoorbells && offset >= DoorbellsOffset && queue < (uint)Vectors.Count - 1;
    }

    /// <summary>Reads a register.</summary>
    public abstract uint Read(ulong offset, int size);

    /// <summary>Writes a register.</summary>
    /// <param name="offset">Its offset in the window.</param>
    /// <param name="size">Width in bytes, 2 or 4.</param>
    /// <param name="value">The value.</param>
    /// <param name="queue">The queue that is selected.</param>
    /// <param name="isReady">True once the driver is ready.</param>
    /// <returns>False when the driver has made a mistake that the status tells as FAILED.</returns>
    public abstract bool Write(ulong offset, int size, uint value, uint queue, bool isReady);

    /// <summary>Sends the message for a used buffer.</summary>
    public abstract void SignalUsed(int queue);

    /// <summary>Sends the message for a change of configuration.</summary>
    public abstract void SignalConfiguration();

    /// <summary>Goes back to the wire, with nothing configured.</summary>
    public virtual void Reset()
    {
        IsEnabled = false;
        Vectors.Reset();
    }

    /// <inheritdoc/>
    public virtual void Save(SnapshotWriter writer)
    {
        writer.Write(IsEnabled);
        Vectors.Save(writer);
    }

    /// <inheritdoc/>
    public virtual void Load(SnapshotReader reader)
    {
        IsEnabled = reader.ReadBoolean();
        Vectors.Load(reader);
    }
}
