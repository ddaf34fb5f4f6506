using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Core.Applying;
using Strava.Leaderboards.Challenges;
using Strava.Leaderboards.Launch;
using Strava.Leaderboards.Ledgers;
using Strava.Leaderboards.Tests.Running;

namespace Strava.Leaderboards.Tests.Challenges;

/// <summary>The parts that keep challenges, on a world's Postgres.</summary>
internal sealed class ChallengeWorld
{
    public ChallengeWorld(World world)
    {
        World = world;
        Open = new OpenBoard(world.Database);
        Final = new FinalBoard(world.Database);
        Settings = new ConfigurationBuilder().AddInMemoryCollection().Build();
        Switches = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(Settings)
            .AddLaunchSwitches().BuildServiceProvider().GetRequiredService<LaunchSwitches>();
        Launch = new ChallengeLaunch(world.Database, Switches);
    }

    public World World { get; }

    public IConfigurationRoot Settings { get; }

    public LaunchSwitches Switches { get; }

    public ChallengeLaunch Launch { get; }

    public NpgsqlDataSource Database => World.Database;

    public OpenBoard Open { get; }

    public FinalBoard Final { get; }

    public ManualTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    public ChallengeCloser NewCloser() => new(
        Database, new FinalPacking(Database, Time), Time, NullLogger<ChallengeCloser>.Instance);

    /// <summary>From 10 days ago to 20 days ahead, unless told otherwise.</summary>
    public async Task<int> NewAsync(
        ChallengeMetric metric,
        long? goal = null,
        DateOnly? from = null,
        DateOnly? to = null,
        string? country = null,
        params Sport[] sports)
    {
        await using var batch = Database.CreateBatch();
        var maker = Guid.NewGuid();
        batch.AddAthleteLock(maker);
        await batch.ExecuteNonQueryAsync();
        var last = to ?? Messages.Today.AddDays(20);
        await using var command = Database.CreateCommand(
            """
            INSERT INTO challenge (id, creator, name, sports, metric, starts_on, ends_on, goal, country, closes_at)
            SELECT gen_random_uuid(), number, 'a challenge', $2, $3, $4, $5, $6, $7, $8 FROM athlete_number WHERE athlete_id = $1
            RETURNING number
            """);
        command.Parameters.Add(new() { Value = maker });
        command.Parameters.Add(new() { Value = (sports.Length > 0 ? sports : [Sport.Run, Sport.Ride]).Select(sport => (short)sport).ToArray() });
        command.Parameters.Add(new() { Value = (short)metric });
        command.Parameters.Add(new() { Value = from ?? Messages.Today.AddDays(-10) });
        command.Parameters.Add(new() { Value = last });
        command.Parameters.Add(new() { Value = (object?)goal ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = (object?)country ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = ChallengeRow.EndOf(last) + ChallengeRow.Grace });
        return (int)(await command.ExecuteScalarAsync())!;
    }

    public async Task JoinAsync(int challenge, Guid athlete, string? country = null)
    {
        await using var batch = Database.CreateBatch();
        batch.AddAthleteLock(athlete);
        batch.BatchCommands.Add(new(
            """
            INSERT INTO challenge_participant (athlete, challenge, joined_at, country)
            SELECT number, $1, now(), $3 FROM athlete_number WHERE athlete_id = $2 ON CONFLICT DO NOTHING
            """)
        {
            Parameters =
            {
                new() { Value = challenge },
                new() { Value = athlete },
                new() { Value = (object?)country ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            },
        });
        batch.AddChallengeMark(challenge, athlete);
        await batch.ExecuteNonQueryAsync();
    }

    public async Task LeaveAsync(int challenge, Guid athlete)
    {
        await using var batch = Database.CreateBatch();
        batch.AddAthleteLock(athlete);
        batch.BatchCommands.Add(new(
            """
            DELETE FROM challenge_participant
            WHERE challenge = $1 AND athlete = (SELECT number FROM athlete_number WHERE athlete_id = $2)
            """)
        {
            Parameters = { new() { Value = challenge }, new() { Value = athlete } },
        });
        batch.AddChallengeMark(challenge, athlete);
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>What a running applier does, until nothing is left.</summary>
    public async Task ApplyAllAsync()
    {
        var term = await FenceTerm.ClaimAsync(Database, ChallengeApplier.Duty, ChallengeApplier.All, default);
        var batches = new ChallengeBatches(Database, Launch);
        await Launch.FollowAsync(default);
        while (await batches.ApplyAsync(term, default) > 0)
        {
        }
    }

    /// <summary>A whole board, page by page.</summary>
    public async Task<List<ChallengeLine>> LinesAsync(int challenge, string country = "", int size = 100)
    {
        var lines = new List<ChallengeLine>();
        ChallengeCursor? after = null;
        do
        {
            var page = await Open.ReadAsync(challenge, country, size, after, null, default);
            lines.AddRange(page.Lines);
            after = page.Next is { } next ? ChallengeCursor.Parse(next.ToString()) : null;
        }
        while (after is not null);
        return lines;
    }

    public async Task<List<ChallengeLine>> FinalLinesAsync(int challenge, int generation, string country = "", int size = 100)
    {
        var lines = new List<ChallengeLine>();
        ChallengeCursor? after = null;
        do
        {
            var page = await Final.ReadAsync((challenge, generation), country, size, after, null, default);
            lines.AddRange(page.Lines);
            after = page.Next is { } next ? ChallengeCursor.Parse(next.ToString()) : null;
        }
        while (after is not null);
        return lines;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 60;
        return (T)Convert.ChangeType((await command.ExecuteScalarAsync())!, typeof(T), CultureInfo.InvariantCulture);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        command.CommandTimeout = 60;
        await command.ExecuteNonQueryAsync();
    }
}
