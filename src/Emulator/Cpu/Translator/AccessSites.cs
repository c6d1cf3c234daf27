using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Emulator.Cpu.Translator;

/// <summary>The loads and stores of one CPU that have accessed devices lately, direct-mapped by their place in the page. It goes with the TLB of devices, and is emptied where that changes.</summary>
internal sealed class AccessSites
{
    private const int Count = 64;

    private readonly AccessSite[] _sites = new AccessSite[Count];
    private TranslationCache? _cache;
    private int _generation;

    /// <summary>The first one, for code of a cache: others' is forgotten, and what is gone from there.</summary>
    public ref AccessSite First(TranslationCache cache)
    {
        if (_cache != cache || _generation != cache.Generation)
        {
            Forget();
            _cache = cache;
            _generation = cache.Generation;
        }

        return ref MemoryMarshal.GetArrayDataReference(_sites);
    }

    /// <summary>The one that an exit can be of.</summary>
    /// <param name="first">The first one.</param>
    /// <param name="exit">An exit before a load or store.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref AccessSite Of(ref AccessSite first, TranslationExit exit) => ref Unsafe.Add(ref first, (nint)(exit.Value % Count));

    /// <summary>Forgets all.</summary>
    public void Forget() => Array.Clear(_sites);
}
