namespace Emulator.Cpu.System;

/// <summary>
/// Who keeps translations in place of the data TLB: the memory system of an engine that has its own. It hears of everything that the TLB hears of. Pages are given as host
/// memory, contexts as the number in the TLB's tags.
/// </summary>
internal unsafe interface ITranslationMirror
{
    /// <summary>A page may be read directly from now on.</summary>
    /// <param name="address">Any virtual address in it.</param>
    /// <param name="context">The translation context.</param>
    /// <param name="page">Where the page is.</param>
    void AllowReads(ulong address, int context, byte* page);

    /// <summary>A page may be written directly from now on, and holds no instructions that anything is kept of.</summary>
    /// <param name="address">Any virtual address in it.</param>
    /// <param name="context">The translation context.</param>
    /// <param name="page">Where the page is.</param>
    /// <param name="readable">True when it may be read as well.</param>
    void AllowWrites(ulong address, int context, byte* page, bool readable);

    /// <summary>No store to a page may pass unseen from now on.</summary>
    /// <param name="page">Where the page is.</param>
    void ForbidStores(byte* page);

    /// <summary>All translations are stale.</summary>
    void Forget();

    /// <summary>The translations of a block are stale, in every context.</summary>
    /// <param name="address">Any virtual address in it.</param>
    /// <param name="shift">log2 of its size.</param>
    void Forget(ulong address, int shift);

    /// <summary>The translations of some contexts are stale.</summary>
    /// <param name="contexts">True at the numbers of those.</param>
    void Forget(ReadOnlySpan<bool> contexts);
}
