using Emulator.VirtioProxy.Carriers.Rings;

namespace Emulator.VirtioProxy.Tests.Carriers.Rings;

/// <summary>The operating system's own way to sleep, which tells what it is asked to do; where it is told so, nobody is woken by the time, so that what is not rung is found out.</summary>
/// <param name="isPatient">True when nobody is woken by the time.</param>
internal sealed unsafe class HookedBell(bool isPatient = false) : IBell
{
    private readonly Futex _futex = new();
    private int _wakes;

    /// <summary>Performed when a side is about to sleep, after it has looked for the last time.</summary>
    public Action? FallingAsleep { get; set; }

    /// <summary>How often a side has slept.</summary>
    public SemaphoreSlim Sleeps { get; } = new(0);

    /// <summary>How often a side was woken.</summary>
    public int Wakes => Volatile.Read(ref _wakes);

    public void Wait(uint* word, uint value, int milliseconds)
    {
        FallingAsleep?.Invoke();
        Sleeps.Release();
        _futex.Wait(word, value, isPatient ? int.MaxValue : milliseconds);
    }

    public void Wake(uint* word)
    {
        Interlocked.Increment(ref _wakes);
        _futex.Wake(word);
    }
}
