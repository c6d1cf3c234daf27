using Emulator.Memory;

namespace Emulator.Unicorn;

/// <summary>Which blocks hold instructions that are ours to execute: each is looked through once.</summary>
internal sealed unsafe partial class UnicornProcessor
{
    private const int Scans = 4096;

    private readonly Scan[] _scans = new Scan[Scans];
    private int _scanGeneration = 1;

    private void ForgetScans() => _scanGeneration++;

    // Index of the first instruction of a block that the interpreter must execute; their count when there is none.
    private int FindOurs(ulong address, int count)
    {
        ref Scan scan = ref _scans[(address >> 2) & (Scans - 1)];
        bool traps = _processor.State->FloatingPointTrap != 0;
        if (scan.Address != address || scan.Count != count || scan.Generation != _scanGeneration || scan.Context != _context || scan.TrapsFloatingPoint != traps)
        {
            scan = new Scan(address, _context, _scanGeneration, traps, count, LookThrough(address, count));
        }

        return scan.First;
    }

    // A block lies in one page, which is mapped, as libunicorn has fetched it.
    private int LookThrough(ulong address, int count)
    {
        ulong* entry = _tables.Find(_context, address);
        if (entry is null)
        {
            return 0;
        }

        GuestRam memory = _memory.Find(MirrorTables.PageOf(*entry), out ulong offset);
        uint* words = (uint*)(memory.Pointer + offset + (address & PageMask));
        int first = 0;
        while (first < count && !NeedsInterpreter(words[first]))
        {
            first++;
        }

        return first;
    }

    // DC ZVA is not seen by libunicorn's hook of stores.
    private bool NeedsInterpreter(uint word) => _filter.NeedsInterpreter(
        word,
        zeroesBlocks: !IsStepping && _processor.State->ExceptionLevel > 0 && !_processor.Model.HasEl2,
        trapsFloatingPoint: _processor.State->FloatingPointTrap != 0);

    private readonly record struct Scan(ulong Address, int Context, int Generation, bool TrapsFloatingPoint, int Count, int First);
}
