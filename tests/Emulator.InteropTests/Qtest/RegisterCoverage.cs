namespace Emulator.InteropTests.Qtest;

/// <summary>A row of the report.</summary>
internal sealed record RegisterCoverage(
    string Offset, string Register, int Reads, string ReadWidths, int Writes, string WriteWidths, int Offsets);
