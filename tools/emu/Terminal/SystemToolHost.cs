using System.Runtime.InteropServices;

namespace Emulator.Tool.Terminal;

/// <summary>The process itself.</summary>
internal sealed class SystemToolHost : IToolHost
{
    /// <inheritdoc/>
    public Stream Output { get; } = StandardStream.OpenOutput();

    /// <inheritdoc/>
    public Stream Input { get; } = StandardStream.OpenInput();

    /// <inheritdoc/>
    public TextWriter Error { get; } = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true, NewLine = "\n" };

    /// <inheritdoc/>
    public bool IsInputTerminal => !Console.IsInputRedirected;

    /// <inheritdoc/>
    public bool IsErrorTerminal => !Console.IsErrorRedirected;

    /// <inheritdoc/>
    public TimeProvider Time => TimeProvider.System;

    /// <inheritdoc/>
    public IDisposable EnterRawMode() => new RawTerminal();

    /// <inheritdoc/>
    public IDisposable OnInterrupt(Action interrupted) => new Signals(interrupted);

    private sealed class Signals(Action interrupted) : IDisposable
    {
        private readonly PosixSignalRegistration[] _registrations =
        [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                interrupted();
            })),
        ];

        public void Dispose()
        {
            foreach (PosixSignalRegistration registration in _registrations)
            {
                registration.Dispose();
            }
        }
    }
}
