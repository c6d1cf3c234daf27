namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>How one sleeps by a word of shared memory, and is woken.</summary>
internal unsafe interface IBell
{
    /// <summary>Sleeps unless the word has another value; looking and falling asleep are one step for who wakes.</summary>
    /// <param name="word">The word.</param>
    /// <param name="value">The value.</param>
    /// <param name="milliseconds">How long at most.</param>
    void Wait(uint* word, uint value, int milliseconds);

    /// <summary>Wakes who sleeps by a word.</summary>
    /// <param name="word">The word.</param>
    void Wake(uint* word);
}
