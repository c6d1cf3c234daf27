using Emulator.VirtioProxy.VhostUser.Host;

namespace Emulator.VirtioProxy.Carriers.Rings;

/// <summary>Linux's own way to sleep by a word, also between processes.</summary>
internal sealed unsafe class Futex : IBell
{
    /// <inheritdoc/>
    public void Wait(uint* word, uint value, int milliseconds) => LinuxCalls.WaitWhile(word, value, milliseconds);

    /// <inheritdoc/>
    public void Wake(uint* word) => LinuxCalls.WakeAll(word);
}
