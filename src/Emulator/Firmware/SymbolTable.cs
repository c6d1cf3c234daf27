namespace Emulator.Firmware;

/// <summary>The symbols of an image, for diagnostics: which function an address lies in.</summary>
public sealed class SymbolTable
{
    // Symbols nest at most this deep in what compilers write; the bound keeps a look-up short on any input.
    private const int DeepestNesting = 16;

    private readonly Symbol[] _all;
    private readonly Symbol[] _byAddress;
    private readonly ulong _end;

    /// <summary>Creates a table.</summary>
    /// <param name="symbols">The symbols in any order.</param>
    /// <param name="end">The first address after the image: a symbol without a size reaches to the next one, the last to here.</param>
    public SymbolTable(IEnumerable<Symbol> symbols, ulong end = ulong.MaxValue)
    {
        _end = end;
        _all = [.. symbols.OrderBy(symbol => symbol.Address).ThenByDescending(symbol => symbol.Size).ThenBy(symbol => symbol.Name, StringComparer.Ordinal)];

        // One name per address, and no label inside a function: it would hide the function's name.
        List<Symbol> kept = new(_all.Length);
        ulong covered = 0;
        foreach (Symbol symbol in _all)
        {
            bool hidden = symbol.Size == 0 && symbol.Address < covered;
            if (!hidden && (kept.Count == 0 || kept[^1].Address != symbol.Address))
            {
                kept.Add(symbol);
                covered = Math.Max(covered, EndOf(symbol));
            }
        }

        _byAddress = [.. kept];
    }

    private SymbolTable()
    {
        _all = [];
        _byAddress = [];
    }

    /// <summary>A table without symbols.</summary>
    public static SymbolTable Empty { get; } = new();

    /// <summary>All symbols by address.</summary>
    public IReadOnlyList<Symbol> Symbols => _all;

    /// <summary>The symbol that an address belongs to: the nearest at or below it whose size does not end before the address.</summary>
    /// <param name="address">Any address.</param>
    /// <returns>The symbol and the offset in it, or null.</returns>
    public SymbolLocation? Find(ulong address)
    {
        if (address >= _end)
        {
            return null;
        }

        int nearest = CountUpTo(address) - 1;
        for (int index = nearest; index >= 0 && index > nearest - DeepestNesting; index--)
        {
            Symbol symbol = _byAddress[index];
            if (symbol.Size == 0 || address < EndOf(symbol))
            {
                return new SymbolLocation(symbol, address - symbol.Address);
            }
        }

        return null;
    }

    /// <summary>The symbol of a name; the lowest when there are several.</summary>
    /// <param name="name">The name, case-sensitive.</param>
    /// <returns>The symbol or null.</returns>
    public Symbol? Find(string name)
    {
        foreach (Symbol symbol in _all)
        {
            if (symbol.Name == name)
            {
                return symbol;
            }
        }

        return null;
    }

    private static ulong EndOf(Symbol symbol) =>
        symbol.Address > ulong.MaxValue - symbol.Size ? ulong.MaxValue : symbol.Address + symbol.Size;

    /// <summary>How many symbols start at or below an address.</summary>
    private int CountUpTo(ulong address)
    {
        int low = 0;
        int high = _byAddress.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_byAddress[middle].Address <= address)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
