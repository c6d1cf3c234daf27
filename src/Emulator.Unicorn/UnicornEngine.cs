using Emulator.Cpu;
using Emulator.Memory;

namespace Emulator.Unicorn;

/// <summary>
/// Executes guests on libunicorn. The <see cref="Processor"/> stays the authority: libunicorn runs all levels as its EL0, under translation tables that mirror what the processor
/// translates, so that everything but plain instructions on plain memory comes back as an exception and is executed by the interpreter. See docs/engines.md.
/// </summary>
internal sealed class UnicornEngine : ICpuEngine, ICodeObserver, IDisposable
{
    private readonly List<UnicornProcessor?> _processors = [];
    private UnicornMemory? _memory;

    /// <inheritdoc/>
    public string Name => "unicorn";

    /// <summary>Instructions that libunicorn has executed itself; the others were the interpreter's.</summary>
    public long ExecutedByLibrary => _processors.Sum(p => p?.Executed ?? 0);

    /// <inheritdoc/>
    public void Run(Processor processor, long limit)
    {
        while (_processors.Count <= processor.Index)
        {
            _processors.Add(null);
        }

        UnicornProcessor executor = _processors[processor.Index] ??= Create(processor);
        executor.Run(limit);
    }

    /// <inheritdoc/>
    public void CodeChanged(GuestRam ram, ulong offset, int length) => ForgetCode(ram, offset, keepMapping: true);

    /// <inheritdoc/>
    public void CodeUnwatched(GuestRam ram, ulong offset) => ForgetCode(ram, offset, keepMapping: false);

    /// <summary>Instructions of a page are stale, or no longer watched: every CPU must translate them anew.</summary>
    /// <param name="page">Address of the page in libunicorn's memory.</param>
    /// <param name="keepMapping">False when it must not be executed before it is watched again.</param>
    public void ForgetCode(ulong page, bool keepMapping)
    {
        foreach (UnicornProcessor? processor in _processors)
        {
            processor?.ForgetCode(page, keepMapping);
        }
    }

    public void Dispose()
    {
        foreach (UnicornProcessor? processor in _processors)
        {
            processor?.Dispose();
        }

        _processors.Clear();
    }

    private UnicornProcessor Create(Processor processor)
    {
        if (_memory is null)
        {
            _memory = new UnicornMemory(processor.Bus);
            foreach (GuestRam memory in _memory.Memories)
            {
                memory.AddCodeObserver(this);
            }
        }

        return new UnicornProcessor(this, processor, _memory);
    }

    private void ForgetCode(GuestRam ram, ulong offset, bool keepMapping)
    {
        if (_memory!.AddressOf(ram) is { } start)
        {
            ForgetCode(start + (offset & ~(ulong)(GuestRam.PageSize - 1)), keepMapping);
        }
    }
}
