namespace Emulator.Boards;

/// <summary>An interrupt of the board, by the number that data sheets and device trees give it.</summary>
/// <param name="IsPrivate">True for a PPI (each CPU has its own), false for an SPI.</param>
/// <param name="Number">Number from the first PPI or SPI.</param>
/// <param name="IsEdge">True when a rising edge makes it pending, false when a high level does.</param>
public readonly record struct BoardInterrupt(bool IsPrivate, int Number, bool IsEdge)
{
    /// <summary>The interrupt controller's number: PPIs start at 16, SPIs at 32.</summary>
    public int IntId => Number + (IsPrivate ? 16 : 32);

    /// <summary>A private interrupt by level.</summary>
    /// <param name="number">Number from the first PPI, 0 to 15.</param>
    public static BoardInterrupt Ppi(int number) => new(IsPrivate: true, number, IsEdge: false);

    /// <summary>A shared interrupt by level.</summary>
    /// <param name="number">Number from the first SPI.</param>
    public static BoardInterrupt Spi(int number) => new(IsPrivate: false, number, IsEdge: false);

    /// <summary>A shared interrupt by edge.</summary>
    /// <param name="number">Number from the first SPI.</param>
    public static BoardInterrupt SpiEdge(int number) => new(IsPrivate: false, number, IsEdge: true);

    /// <summary>For instance <c>SPI 1</c>.</summary>
    public override string ToString() => $"{(IsPrivate ? "PPI" : "SPI")} {Number}";
}
