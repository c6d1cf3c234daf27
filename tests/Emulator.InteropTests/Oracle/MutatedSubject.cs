namespace Emulator.InteropTests.Oracle;

/// <summary>A subject whose semantics of one row are wrong.</summary>
internal sealed class MutatedSubject(IOracleSubject inner, Mutation mutation) : IOracleSubject
{
    /// <inheritdoc/>
    public string Name => $"{inner.Name} with {mutation}";

    /// <inheritdoc/>
    public void Execute(OracleCase testCase, OracleResult result)
    {
        inner.Execute(testCase, result);
        if (testCase.Row.Opcode == mutation.Row && result.Outcome == OracleOutcome.Completed)
        {
            mutation.Apply(new Mutant(testCase, result));
        }
    }

    public void Dispose()
    {
        // The inner subject stays its owner's.
    }
}
