using System.Globalization;
using MassTransit;
using Strava.Core.Diagnostics;

namespace Strava.Core.Bus;

/// <summary>
/// Measures how far a projector is behind: from the commit, which the message tells, to the end of its work.
/// </summary>
internal sealed class ProjectorDelay(string queue, TimeProvider clock) : IConsumeObserver
{
    public const string CommittedAtHeader = "Committed-At";

    public static string Format(DateTimeOffset committedAt) => committedAt.ToString("O", CultureInfo.InvariantCulture);

    public Task PreConsume<T>(ConsumeContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context)
        where T : class
    {
        if (DateTimeOffset.TryParse(
            context.Headers.Get<string>(CommittedAtHeader), CultureInfo.InvariantCulture, out var committedAt))
        {
            Measured.ProjectorDelay.Record(
                (clock.GetUtcNow() - committedAt).TotalSeconds,
                new("queue", queue),
                new KeyValuePair<string, object?>("message", typeof(T).Name));
        }

        return Task.CompletedTask;
    }

    public Task ConsumeFault<T>(ConsumeContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}
