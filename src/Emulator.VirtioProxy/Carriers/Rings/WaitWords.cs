namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>What a side that waits tells the other in the file (docs/virtio-proxy.md, section 7): whether it sleeps and has to be woken, and on which processor it was seen last.</summary>
/// <param name="words">Where they are.</param>
internal readonly unsafe struct WaitWords(uint* words)
{
    private const uint Asleep = 1;

    /// <summary>The word by which the side sleeps.</summary>
    public uint* Sleep => words;

    /// <summary>True from the announcement on until somebody takes it back or wakes the side.</summary>
    public bool IsAnnounced => Volatile.Read(ref words[0]) != 0;

    /// <summary>The side's processor; -1 when it has not told.</summary>
    public int Processor
    {
        get => (int)Volatile.Read(ref words[1]) - 1;
        set => Volatile.Write(ref words[1], (uint)(value + 1));
    }

    /// <summary>The side says that it will sleep. What it looks at after that was not written before: the other side sees the announcement after what it has written, or this one sees what was written.</summary>
    public void Announce()
    {
        Volatile.Write(ref words[0], Asleep);
        Interlocked.MemoryBarrier();
    }

    /// <summary>The side is awake.</summary>
    public void Withdraw() => Volatile.Write(ref words[0], 0);

    /// <summary>The side sleeps until it is woken.</summary>
    /// <param name="bell">How.</param>
    /// <param name="milliseconds">How long at most.</param>
    public void Wait(IBell bell, int milliseconds) => bell.Wait(words, Asleep, milliseconds);

    /// <summary>Wakes the side if it has said that it sleeps. What was written before is seen by it.</summary>
    /// <param name="bell">How.</param>
    public void Ring(IBell bell)
    {
        Interlocked.MemoryBarrier();
        if (IsAnnounced && Interlocked.Exchange(ref words[0], 0) != 0)
        {
            bell.Wake(words);
        }
    }
}
