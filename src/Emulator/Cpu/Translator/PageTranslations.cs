using System.Runtime.InteropServices;
using Emulator.Cpu.Interpreter;

namespace Emulator.Cpu.Translator;

/// <summary>
/// What is known of one page of code besides its operations: how often words were branched to, where their translations are, and which words those
/// depend on. Translations of a page are linked among themselves only, so that they can be dropped together without looking anywhere else.
/// </summary>
internal sealed unsafe class PageTranslations : ICodePageObserver
{
    // A page whose translated words keep changing must be ever more worth it.
    private const int LargestFactor = 7;

    private readonly TranslationCache _cache;
    private readonly CodePage _page;
    private byte* _counters;
    private byte* _isTranslated;

    public PageTranslations(TranslationCache cache, CodePage page)
    {
        _cache = cache;
        _page = page;
        _counters = (byte*)NativeMemory.AllocZeroed(CodePage.Words);
        page.Header->Counters = _counters;
        Threshold = cache.Threshold;
    }

    /// <summary>How often a word must be branched to before it is translated.</summary>
    public int Threshold { get; private set; }

    /// <summary>The page.</summary>
    public CodePage Page => _page;

    /// <summary>Remembers the translation of what starts at a word.</summary>
    /// <param name="mode">What it takes for granted.</param>
    /// <param name="index">Index of the word.</param>
    /// <param name="code">Where it can be executed.</param>
    public void Add(TranslationMode mode, int index, void* code)
    {
        void** table = (void**)_page.Header->Tables[(int)mode];
        if (table == _cache.MissTable)
        {
            table = (void**)NativeMemory.Alloc((nuint)(CodePage.Words * sizeof(void*)));
            new Span<nint>(table, CodePage.Words).Fill((nint)_cache.MissCode);
            _page.Header->Tables[(int)mode] = (ulong)table;
        }

        table[index] = code;
    }

    /// <summary>Says that a translation depends on a word.</summary>
    public void Cover(int index)
    {
        if (_isTranslated is null)
        {
            _isTranslated = (byte*)NativeMemory.AllocZeroed(CodePage.Words);
        }

        _isTranslated[index] = 1;
    }

    /// <inheritdoc/>
    public void WordsChanged(int first, int last)
    {
        if (_isTranslated is not null && new ReadOnlySpan<byte>(_isTranslated + first, last - first + 1).Contains((byte)1))
        {
            Threshold = Math.Min(Threshold * 2, _cache.Threshold * LargestFactor);
            Drop();
            _cache.NoteDrop();
        }
    }

    /// <inheritdoc/>
    public void PageDropped()
    {
        Drop();
        NativeMemory.Free(_counters);
        NativeMemory.Free(_isTranslated);
        _counters = null;
        _isTranslated = null;
        _page.Header->Counters = null;
        _page.Observer = null;
        _cache.Forget(this);
    }

    /// <summary>Forgets all translations of the page.</summary>
    public void Drop()
    {
        for (int mode = 0; mode < CodePageHeader.TableCount; mode++)
        {
            void** table = (void**)_page.Header->Tables[mode];
            if (table != _cache.MissTable)
            {
                NativeMemory.Free(table);
                _page.Header->Tables[mode] = (ulong)_cache.MissTable;
            }
        }

        new Span<byte>(_counters, CodePage.Words).Clear();
        if (_isTranslated is not null)
        {
            new Span<byte>(_isTranslated, CodePage.Words).Clear();
        }
    }
}
