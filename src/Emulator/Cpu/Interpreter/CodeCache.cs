using Emulator.Cpu.Features;
using Emulator.Cpu.Isa;
using Emulator.Memory;

namespace Emulator.Cpu.Interpreter;

/// <summary>
/// All decoded pages of a machine. Operations depend on the instruction words and the CPU model alone, never on a CPU's state, so that all
/// CPUs share them and no context switch drops them.
/// </summary>
internal sealed unsafe class CodeCache : ICodeObserver, IDisposable
{
    // 33 KiB a page: bounds what a guest that executes everything can make the host hold.
    private const int MaximumPages = 4096;

    private readonly Dictionary<GuestRam, CodePage?[]> _pages = [];
    private readonly List<Processor> _processors = [];
    private readonly CpuFeatureSet _features;
    private int _count;

    /// <summary>Is told of every page, or null.</summary>
    public ICodePageListener? Listener
    {
        get;
        set
        {
            field?.Detached();
            field = value;
            foreach (CodePage?[] pages in _pages.Values)
            {
                foreach (CodePage? page in pages)
                {
                    if (page is not null)
                    {
                        value?.PageAdded(page);
                    }
                }
            }
        }
    }

    /// <summary>Creates an empty cache.</summary>
    /// <param name="features">What the CPUs of the machine have.</param>
    public CodeCache(CpuFeatureSet features)
    {
        _features = features;
    }

    /// <summary>A CPU whose TLBs must not let stores to code pass.</summary>
    public void Attach(Processor processor) => _processors.Add(processor);

    /// <summary>The operations of a page of memory.</summary>
    public CodePage PageAt(GuestRam ram, ulong offset)
    {
        if (!_pages.TryGetValue(ram, out CodePage?[]? pages))
        {
            pages = new CodePage?[ram.Length >> GuestRam.PageShift];
            _pages.Add(ram, pages);
            ram.AddCodeObserver(this);
        }

        ref CodePage? page = ref pages[offset >> GuestRam.PageShift];
        if (page is null)
        {
            if (_count == MaximumPages)
            {
                Clear();
            }

            page = new CodePage(ram, offset);
            Listener?.PageAdded(page);
            _count++;
        }

        return page;
    }

    /// <summary>From now on every store to a page is told of: something is kept of its instructions.</summary>
    public void Watch(CodePage page)
    {
        if ((page.Ram.Flags(page.Offset) & RamPageFlags.Code) == 0)
        {
            page.Ram.MarkCode(page.Offset);
            byte* hostPage = page.Ram.Pointer + page.Offset;
            foreach (Processor processor in _processors)
            {
                processor.Tlb.ForbidDirectStores(hostPage);
            }
        }
    }

    /// <summary>Decodes the word that an operation stands for.</summary>
    public void Decode(CodePage page, DecodedOperation* operation)
    {
        Watch(page);
        uint word = page.WordAt(operation->PageIndex);
        A64Opcode opcode = A64Features.Decode(word, _features);
        operation->Encoding = word;
        operation->Opcode = (ushort)opcode;
        if (!Binder.Bind(opcode, word, operation))
        {
            operation->Opcode = (ushort)A64Opcode.Undefined;
            operation->Handler = &FlowHandlers.Undefined;
        }
    }

    /// <inheritdoc/>
    public void CodeChanged(GuestRam ram, ulong offset, int length)
    {
        if (_pages.TryGetValue(ram, out CodePage?[]? pages) && pages[offset >> GuestRam.PageShift] is { } page
            && !page.Invalidate((int)(offset % GuestRam.PageSize), length))
        {
            ram.ClearCode(offset);
        }
    }

    /// <inheritdoc/>
    public void CodeUnwatched(GuestRam ram, ulong offset)
    {
        // This cache is who gives up watching, and has nothing left by then.
    }

    public void Dispose()
    {
        foreach (CodePage?[] pages in _pages.Values)
        {
            foreach (CodePage? page in pages)
            {
                page?.Dispose();
            }
        }

        _pages.Clear();
    }

    // Only called while a CPU looks for its next page, so that no operation is being executed.
    private void Clear()
    {
        foreach (CodePage?[] pages in _pages.Values)
        {
            for (int i = 0; i < pages.Length; i++)
            {
                if (pages[i] is { } page)
                {
                    page.Ram.ClearCode(page.Offset);
                    page.Dispose();
                    pages[i] = null;
                }
            }
        }

        _count = 0;
        foreach (Processor processor in _processors)
        {
            processor.Tlb.FlushCode();
        }
    }
}
