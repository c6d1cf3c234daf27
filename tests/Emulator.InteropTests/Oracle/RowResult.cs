namespace Emulator.InteropTests.Oracle;

/// <summary>What came of a row's cases.</summary>
internal sealed class RowResult
{
    /// <summary>Cases that were executed.</summary>
    public int Executed { get; set; }

    /// <summary>Cases that left the same state.</summary>
    public int Agreed { get; set; }

    /// <summary>Those of them that took no exception.</summary>
    public int Completed { get; set; }

    /// <summary>Cases with a known difference.</summary>
    public int Explained { get; set; }
}
