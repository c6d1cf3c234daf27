namespace Emulator.VirtioProxy.Server;

/// <summary>The machine's thread is in a device of a server of the same process, which does not go away before this is disposed of.</summary>
/// <param name="session">Whose device it is.</param>
/// <param name="isWelcome">See <see cref="IsWelcome"/>.</param>
internal readonly ref struct LocalTurn(LocalSession session, bool isWelcome)
{
    /// <summary>False when the server has gone already: the device must be left alone.</summary>
    public bool IsWelcome { get; } = isWelcome;

    /// <summary>Leaves the device.</summary>
    public void Dispose() => session.Leave();
}
