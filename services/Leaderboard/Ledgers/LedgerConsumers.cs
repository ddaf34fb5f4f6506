using MassTransit;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using Strava.Core.Rebuild;
using Strava.Leaderboards.Challenges;

namespace Strava.Leaderboards.Ledgers;

internal static class LedgerExtensions
{
    // The appliers set these days' scores anew. Some that changed since the swap are marked too, which does no harm.
    // Where it is more than a filling of all boards would cost, that is asked for instead.
    private const string MarkWhatWasWrong =
        $"""
        WITH was AS (
            SELECT activity_id, athlete, sport, local_date, started_at, deleted, counts,
                distance_mm, moving_ms, elevation_gain_cm, best_5km_ms, best_10km_ms
            FROM retired.ledger),
        now AS (
            SELECT activity_id, athlete, sport, local_date, started_at, deleted, counts,
                distance_mm, moving_ms, elevation_gain_cm, best_5km_ms, best_10km_ms
            FROM ledger),
        different AS ((TABLE was EXCEPT TABLE now) UNION ALL (TABLE now EXCEPT TABLE was)),
        marked AS (SELECT * FROM different WHERE (SELECT count(*) FROM different) < 100000),
        boards AS (UPDATE board_store SET layout = 0 WHERE (SELECT count(*) FROM different) >= 100000),
        club_boards AS (UPDATE club_store SET layout = 0 WHERE (SELECT count(*) FROM different) >= 100000),
        clubs AS (
            INSERT INTO club_dirty (athlete, club, week)
            SELECT DISTINCT athlete, 0, '-infinity'::date FROM marked
            WHERE EXISTS (SELECT FROM club_member m WHERE m.athlete = marked.athlete AND m.joined) ORDER BY 1
            ON CONFLICT (athlete, club, week) DO UPDATE SET version = EXCLUDED.version),
        challenges AS ({ChallengeMarks.MarkDifferent})
        INSERT INTO board_dirty (athlete, sport, day)
        SELECT DISTINCT athlete, sport, local_date FROM marked WHERE sport IS NOT NULL ORDER BY 1, 2, 3
        ON CONFLICT (athlete, sport, day) DO UPDATE SET version = EXCLUDED.version
        """;

    public static WebApplicationBuilder AddLedger(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Ledger>().AddSingleton<Profiles>();
        return builder.AddRebuild<Ledger>(Subscriptions.Leaderboard, MarkWhatWasWrong);
    }

    public static void AddLedgerConsumers(this IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<ActivityConsumer>();
        bus.AddConsumer<ProfileConsumer>();
        bus.AddRebuildConsumer<Ledger>();
    }
}

/// <summary>Nothing here touches Redis: ledger and Redis in one handler would be a dual write.</summary>
internal sealed class ActivityConsumer(Ledger ledger)
    : IConsumer<ActivityCompleted>, IConsumer<ActivityRevised>, IConsumer<ActivityDeleted>
{
    public Task Consume(ConsumeContext<ActivityCompleted> context) =>
        ledger.RecordAsync(context.Message.Activity, context.CancellationToken);

    public Task Consume(ConsumeContext<ActivityRevised> context) =>
        ledger.RecordAsync(context.Message.Activity, context.CancellationToken);

    public Task Consume(ConsumeContext<ActivityDeleted> context) =>
        ledger.DeleteAsync(context.Message, context.CancellationToken);
}

internal sealed class ProfileConsumer(Profiles profiles) : IConsumer<AthleteProfileChanged>
{
    public Task Consume(ConsumeContext<AthleteProfileChanged> context) =>
        profiles.RecordAsync(context.Message, context.CancellationToken);
}
