namespace Emulator.Debugging;

/// <summary>What a <see cref="TraceEvent"/> tells of.</summary>
public enum TraceEventKind
{
    /// <summary>A device has completed a request.</summary>
    Request,

    /// <summary>A driver has notified its device.</summary>
    Notification,

    /// <summary>A device has raised an interrupt: because it used buffers of a queue or, without a queue, because its configuration has changed.</summary>
    Interrupt,

    /// <summary>The device status has changed.</summary>
    DeviceStatus,

    /// <summary>A driver, or a reset of the machine, has reset a device.</summary>
    DeviceReset,

    /// <summary>A driver has made a mistake that its device cannot get over.</summary>
    Fault,

    /// <summary>The machine was reset.</summary>
    MachineReset,

    /// <summary>Every CPU waited, from <see cref="TraceEvent.Started"/> on.</summary>
    Idle,

    /// <summary>A mark that somebody outside of the machine has set, see <see cref="Machine.Mark"/>.</summary>
    Mark,
}
