namespace Emulator.Virtio.Devices.Balloon;

/// <summary>The host's end of a virtio balloon: memory that the guest gives up. It is used while the machine does not run, by the thread that runs it.</summary>
public interface IVirtioBalloon
{
    /// <summary>Bytes that the guest is asked to give up; the guest takes its time. A multiple of 4096.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, no such multiple, or more than 16 TiB.</exception>
    long TargetBytes { get; set; }

    /// <summary>Bytes that the guest says it has given up.</summary>
    long ActualBytes { get; }

    /// <summary>What the guest has told of its memory, by the numbers of the standard (virtio 1.3, section 5.5.6.4): 4 is free memory in bytes, 5 all memory, 6 what can be had.</summary>
    IReadOnlyDictionary<int, ulong> Statistics { get; }

    /// <summary>Asks the guest for fresh statistics, which come while the machine runs. Nothing happens with a driver that tells none.</summary>
    void RequestStatistics();
}
