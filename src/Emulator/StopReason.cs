namespace Emulator;

/// <summary>Why a run of a machine has ended.</summary>
public enum StopReason
{
    /// <summary>The machine was asked to stop, by a console observer for instance.</summary>
    Requested,

    /// <summary>The limit of retired instructions was reached.</summary>
    MaxInstructions,

    /// <summary>The limit of virtual time was reached.</summary>
    MaxVirtualTime,

    /// <summary>The guest switched itself off.</summary>
    PowerOff,

    /// <summary>The guest reset itself and the machine was told not to reboot.</summary>
    Reset,

    /// <summary>All CPUs wait and no event or input can come, or a CPU takes exceptions for ever without completing an instruction.</summary>
    LockUp,

    /// <summary>The caller's cancellation token was signalled.</summary>
    Cancelled,

    /// <summary>Two engines that run in lockstep have come to different states.</summary>
    Divergence,
}
