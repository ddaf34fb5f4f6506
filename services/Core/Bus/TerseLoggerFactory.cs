using Microsoft.Extensions.Logging;

namespace Strava.Core.Bus;

/// <summary>
/// What MassTransit warns of (a broker that is away, a retry) happens every second during an outage: one line with the
/// reason says it, a stack trace only buries the rest. Errors keep theirs.
/// </summary>
internal sealed class TerseLoggerFactory(ILoggerFactory inner) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new TerseLogger(inner.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    // The container's own; it ends it.
    public void Dispose()
    {
    }

    private sealed class TerseLogger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is null || logLevel > LogLevel.Warning)
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
                return;
            }

            inner.Log(
                logLevel, eventId, state, null, (told, _) => $"{formatter(told, null)} ({exception.GetBaseException().Message})");
        }
    }
}
