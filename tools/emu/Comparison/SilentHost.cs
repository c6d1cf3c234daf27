namespace Emulator.Tool.Comparison;

/// <summary>A host without a terminal whose output nobody reads, for runs that are only measured.</summary>
internal sealed class SilentHost : IToolHost, IDisposable
{
    private readonly StringWriter _error = new();

    /// <inheritdoc/>
    public Stream Output => Stream.Null;

    /// <inheritdoc/>
    public Stream Input => Stream.Null;

    /// <inheritdoc/>
    public TextWriter Error => _error;

    /// <summary>What was written to standard error.</summary>
    public string ErrorText => _error.ToString();

    /// <inheritdoc/>
    public bool IsInputTerminal => false;

    /// <inheritdoc/>
    public bool IsErrorTerminal => false;

    /// <inheritdoc/>
    public TimeProvider Time => TimeProvider.System;

    /// <inheritdoc/>
    public IDisposable EnterRawMode() => this;

    /// <inheritdoc/>
    public IDisposable OnInterrupt(Action interrupted) => this;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
