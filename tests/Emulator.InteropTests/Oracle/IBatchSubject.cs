namespace Emulator.InteropTests.Oracle;

/// <summary>A subject that executes many cases at once, while others work.</summary>
internal interface IBatchSubject : IOracleSubject
{
    /// <summary>Starts a batch. All its cases have the same data, and slots of their own.</summary>
    void Send(IReadOnlyList<OracleCase> batch);

    /// <summary>Waits for the batch.</summary>
    void Receive();

    /// <summary>What a case of the batch left.</summary>
    void Take(int index, OracleCase testCase, OracleResult result);
}
