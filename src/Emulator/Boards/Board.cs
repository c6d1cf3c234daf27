namespace Emulator.Boards;

/// <summary>A kind of machine. <see cref="Describe"/> turns it and the options into data, from which the bus, the device tree and the documentation are made.</summary>
public sealed class Board
{
    private readonly Func<Board, BoardOptions, BoardDescription> _describe;

    private Board(string name, string summary, Func<Board, BoardOptions, BoardDescription> describe)
    {
        Name = name;
        Summary = summary;
        _describe = describe;
    }

    /// <summary>Laid out as QEMU's <c>virt</c> (7.2): images built for that one run here unmodified.</summary>
    public static Board Virt { get; } = new("virt", "laid out as QEMU's virt", VirtBoard.Describe);

    /// <summary>All boards.</summary>
    public static IReadOnlyList<Board> All { get; } = [Virt];

    /// <summary>The name that the command line uses.</summary>
    public string Name { get; }

    /// <summary>What it is, in a few words.</summary>
    public string Summary { get; }

    /// <summary>The board of a name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="BoardOptionException">There is none of that name.</exception>
    public static Board Find(string name) => All.FirstOrDefault(board => board.Name == name)
        ?? throw new BoardOptionException("Board", $"'{name}' is not known; use one of {string.Join(", ", All.Select(board => board.Name))}");

    /// <summary>Describes a machine of this kind.</summary>
    /// <param name="options">What was chosen.</param>
    /// <exception cref="BoardOptionException">The board does not take one of the values.</exception>
    public BoardDescription Describe(BoardOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return _describe(this, options);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
