namespace Emulator.InteropTests.Oracle;

/// <summary>The state that a case left. Made once, filled by each run.</summary>
internal sealed class OracleResult
{
    /// <summary>The data.</summary>
    public byte[] Data { get; } = new byte[OracleLayout.DataLength];

    /// <summary>How it ended.</summary>
    public OracleOutcome Outcome { get; set; }

    /// <summary>The registers. PC is the next instruction's; after an exception that of the instruction that took it.</summary>
    public RegisterFile Registers;

    /// <summary>Copies it.</summary>
    public void CopyTo(OracleResult other)
    {
        other.Registers = Registers;
        other.Outcome = Outcome;
        Data.CopyTo(other.Data, 0);
    }
}
