using Microsoft.Extensions.Logging;

namespace Emulator.Tool.Running;

/// <summary>Logs to standard error, one line an entry. Nothing in it is slow to start.</summary>
internal sealed class ErrorLogger(TextWriter error, LogLevel least) : ILoggerFactory
{
    private readonly Lock _lock = new();

    /// <summary>The level that an option names.</summary>
    public static LogLevel LevelOf(string name) => name switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "information" => LogLevel.Information,
        "error" => LogLevel.Error,
        _ => LogLevel.Warning,
    };

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Write(LogLevel level, string category, string text)
    {
        lock (_lock)
        {
            error.WriteLine($"{level.ToString().ToLowerInvariant()}: {category}: {text}");
        }
    }

    private sealed class Category(ErrorLogger owner, string name) : ILogger
    {
        private readonly LogLevel _least = owner.Least;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= _least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Write(logLevel, name, formatter(state, exception));
            }
        }
    }

    private LogLevel Least { get; } = least;
}
