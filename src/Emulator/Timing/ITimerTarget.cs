namespace Emulator.Timing;

/// <summary>What a timer calls when its deadline has come.</summary>
public interface ITimerTarget
{
    /// <summary>The deadline has come; the timer is no longer armed.</summary>
    /// <param name="timer">Which timer.</param>
    void OnTimer(TimerId timer);
}
