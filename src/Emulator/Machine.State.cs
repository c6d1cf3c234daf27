using Emulator.Cpu;
using Emulator.Memory;
using Emulator.Snapshots;
using Emulator.Timing;

namespace Emulator;

// What a snapshot holds.
public sealed unsafe partial class Machine
{
    /// <summary>Writes the whole state: what two machines of the same description need to go on alike.</summary>
    internal void Save(SnapshotWriter writer)
    {
        writer.Section("machine", 1);
        _scheduler.Save(writer);
        foreach (Processor processor in _processors)
        {
            processor.Save(writer);
        }

        Clock.Save(writer);
        foreach (GenericTimer timer in _timers)
        {
            timer.Save(writer);
        }

        _devices.Save(writer);
        foreach (GuestRam memory in _devices.Memories)
        {
            MemoryState.Save(writer, memory);
        }
    }

    /// <summary>Replaces the whole state by that of a machine of the same description.</summary>
    /// <exception cref="SnapshotException">It is of another machine.</exception>
    internal void Load(SnapshotReader reader)
    {
        _ = reader.Section("machine", 1);
        _scheduler.Load(reader);
        foreach (Processor processor in _processors)
        {
            processor.Load(reader);
        }

        Clock.Load(reader);
        foreach (GenericTimer timer in _timers)
        {
            timer.Load(reader);
        }

        _devices.Load(reader);
        foreach (GuestRam memory in _devices.Memories)
        {
            MemoryState.Load(reader, memory);
        }

        _lockstep?.ForgetState();
    }
}
