using Npgsql;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.LocalLegends.Activities;
using Strava.LocalLegends.Athletes;
using Strava.Testing;

namespace Strava.LocalLegends.Tests;

[Category("Integration")]
public class ActivityRowsTests
{
    private static readonly Guid Activity = Guid.NewGuid();
    private static readonly Guid Athlete = Guid.NewGuid();
    private NpgsqlDataSource _database = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase()
    {
        _database = PostgresExtensions.CreateDataSource(
            await (await TestServers.PostgresAsync()).CreateDatabaseAsync("strava_locallegend"));
        await Migrator.RunAsync(_database, [typeof(Migrator).Assembly, typeof(ActivityRows).Assembly]);
    }

    [OneTimeTearDown]
    public async Task CloseDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task Any_order_of_arrival_leaves_the_newest()
    {
        object[] history = [Figures(1), Track(1), Figures(2, Visibility.Friends), Figures(3), Track(3), Profile(1, "SI"), Profile(2, "US")];
        await ShuffledAsync(history, "3|False|1", "3|BQ==", "US");
    }

    [Test]
    public async Task A_hidden_activity_keeps_no_track_whatever_comes_late() =>
        await ShuffledAsync([Figures(1), Track(1), Figures(2, Visibility.OnlyMe)], "2|False|3", null, null);

    [Test]
    public async Task A_deleted_activity_leaves_a_tombstone_and_no_track() =>
        await ShuffledAsync([Figures(1), Track(1), Figures(2), Gone(3)], "3|True|", null, null);

    [Test]
    public async Task A_track_too_long_for_a_message_is_noted_without_points() =>
        await ShuffledAsync([Figures(1), Track(1) with { Points = null }], "1|False|1", "1|", null);

    private async Task ShuffledAsync(object[] history, string activity, string? track, string? country)
    {
        var rows = new ActivityRows(new RebuildableTables(_database));
        var profiles = new Profiles(_database);
        for (var seed = 1; seed <= 30; seed++)
        {
            await TextAsync("WITH a AS (DELETE FROM activity), t AS (DELETE FROM activity_track) DELETE FROM athlete_profile");
            object[] arriving = [.. history, .. new Random(seed).GetItems(history, 2)];
            new Random(seed).Shuffle(arriving);
            foreach (var two in arriving.Chunk(2))
            {
                await Task.WhenAll(two.Select(message => message switch
                {
                    ActivitySummary summary => rows.RecordAsync(summary, default),
                    ActivityDeleted deleted => rows.DeleteAsync(deleted, default),
                    ActivityTrackPublished published => rows.RecordTrackAsync(published, default),
                    AthleteProfileChanged profile => profiles.RecordAsync(profile, default),
                    _ => throw new ArgumentException(message.GetType().Name),
                }));
            }

            using (Assert.EnterMultipleScope())
            {
                Assert.That(
                    await TextAsync("SELECT concat_ws('|', version, CASE WHEN deleted THEN 'True' ELSE 'False' END, coalesce(visibility::text, '')) FROM activity"),
                    Is.EqualTo(activity), $"seed {seed}");
                Assert.That(
                    await TextAsync("SELECT concat_ws('|', version, coalesce(encode(points, 'base64'), '')) FROM activity_track"),
                    Is.EqualTo(track), $"seed {seed}");
                Assert.That(await TextAsync("SELECT country FROM athlete_profile"), Is.EqualTo(country), $"seed {seed}");
            }
        }
    }

    private async Task<string?> TextAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }

    private static ActivitySummary Figures(long version, Visibility visibility = Visibility.Everyone) => new()
    {
        ActivityId = Activity,
        AthleteId = Athlete,
        Version = version,
        Sport = Sport.Run,
        Name = "run",
        Visibility = visibility,
        StartedAt = DateTimeOffset.UnixEpoch,
        CompletedAt = DateTimeOffset.UnixEpoch,
        TimeZone = "UTC",
        LocalDate = new DateOnly(2026, 11, 22),
        DistanceMillimeters = 1,
        TotalMilliseconds = 1,
        ActiveMilliseconds = 1,
        MovingMilliseconds = 1,
        ElevationGainCentimeters = 1,
        ElevationLossCentimeters = 1,
        PointCount = 2,
    };

    // One byte that tells the version: AQ== is 1, BQ== stands for 3.
    private static ActivityTrackPublished Track(long version) => new()
    {
        ActivityId = Activity,
        AthleteId = Athlete,
        Version = version,
        Sport = Sport.Run,
        Points = version == 3 ? "BQ==" : "AQ==",
    };

    private static ActivityDeleted Gone(long version) => new() { ActivityId = Activity, AthleteId = Athlete, Version = version };

    private static AthleteProfileChanged Profile(long version, string country) => new()
    {
        AthleteId = Athlete,
        Version = version,
        Name = "somebody",
        Country = country,
        Region = null,
        City = null,
        TimeZone = null,
    };
}
