using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Strava.Core.Bus;

namespace Strava.Core.Rebuild;

/// <param name="Queue">The service's own.</param>
/// <param name="AfterSwap">One statement, safe to repeat, run while what was live is still there (schema
/// retired).</param>
public sealed record RebuildPlan(string Queue, string? AfterSwap);

public static class DownstreamRebuildExtensions
{
    /// <summary>
    /// The service's copies of activities can be rebuilt. To make them so: 1. a migration names the tables in
    /// <c>rebuild_table</c>; 2. consumers write through <see cref="RebuildableTables"/>; 3. these two lines.
    /// </summary>
    public static WebApplicationBuilder AddRebuild<TProjection>(
        this WebApplicationBuilder builder, string queue, string? afterSwap = null)
        where TProjection : IActivityProjection
    {
        builder.Services.AddSingleton(new RebuildPlan(queue, afterSwap))
            .AddSingleton<RebuildableTables>()
            .AddSingleton(services => new Rebuilds(services.GetRequiredService<NpgsqlDataSource>()))
            .AddHostedService<DownstreamRebuild<TProjection>>();
        return builder;
    }

    public static void AddRebuildConsumer<TProjection>(this IBusRegistrationConfigurator bus)
        where TProjection : IActivityProjection => bus.AddConsumer<ToldActivities<TProjection>>();
}

/// <summary>
/// Fills the copies with what Activity tells when it is asked: answer by answer, one on the way at a time, so that live
/// messages are never kept waiting for long.
/// </summary>
internal sealed class DownstreamRebuild<TProjection>(
    NpgsqlDataSource database,
    RebuildPlan plan,
    ConfirmedPublisher publisher,
    TimeProvider clock,
    ILogger<DownstreamRebuild<TProjection>> log)
    : RebuildWorker(database, clock, log)
    where TProjection : IActivityProjection
{
    /// <summary>
    /// Each answer asks for the next by itself; only the first question, and a lost one, is asked here. The longer it
    /// has been waited for, the longer until it is asked again: where an answer takes so long, a second question takes
    /// as long again.
    /// </summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _database = database;
    private readonly TimeProvider _clock = clock;
    private (Guid Rebuild, Guid After, long At, int Times) _asked;

    protected override async Task FillAsync(RebuildProgress rebuild, CancellationToken cancellationToken)
    {
        if (_asked.Rebuild != rebuild.Id)
        {
            await AskAsync(times: 1);
        }
        else if (_asked.After != rebuild.After)
        {
            _asked = (rebuild.Id, rebuild.After, _clock.GetTimestamp(), 1);
        }
        else if (_clock.GetElapsedTime(_asked.At) > _asked.Times * AskAgainAfter)
        {
            await AskAsync(Math.Min(2 * _asked.Times, 12));
        }

        Task AskAsync(int times)
        {
            _asked = (rebuild.Id, rebuild.After, _clock.GetTimestamp(), times);
            var wanted = ToldActivities<TProjection>.Wanted(rebuild.Id, rebuild.After, plan.Queue);
            return publisher.PublishAsync([new OutgoingMessage(rebuild.Id, rebuild.Told, wanted)], cancellationToken);
        }
    }

    protected override async Task AfterSwapAsync(CancellationToken cancellationToken)
    {
        if (plan.AfterSwap is { } sql)
        {
#pragma warning disable CA2100 // A constant of the service.
            await using var command = _database.CreateCommand(sql);
#pragma warning restore CA2100
            command.CommandTimeout = 300;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
