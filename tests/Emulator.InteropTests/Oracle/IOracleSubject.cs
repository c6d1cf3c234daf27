namespace Emulator.InteropTests.Oracle;

/// <summary>Something that executes cases.</summary>
internal interface IOracleSubject : IDisposable
{
    /// <summary>Its name in messages.</summary>
    string Name { get; }

    /// <summary>Executes a case.</summary>
    /// <param name="testCase">The case.</param>
    /// <param name="result">Receives what it left.</param>
    void Execute(OracleCase testCase, OracleResult result);
}
