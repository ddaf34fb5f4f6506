using System.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;
using Strava.Contracts.Geo;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.Core.Postgres;
using Strava.LocalLegends.Backfills;
using Strava.LocalLegends.Efforts;
using Strava.LocalLegends.Legends;
using Strava.LocalLegends.Matching;
using Strava.LocalLegends.Segments;
using Strava.Testing;

namespace Strava.Bench.Legends;

/// <summary>
/// A new segment among 40,000 stored activities of an hour (3,600 points), of which 4,000 have been near both its ends:
/// from the listing of the candidates to the open segment, without the rate's limit.
/// </summary>
internal static class BackfillBench
{
    private const int Near = 4_000;
    private const int Far = 36_000;
    private const int Tracks = 50;
    private const int SegmentMeters = 1_000;
    private const double DegreesPerMeter = 180 / (Math.PI * Haversine.EarthRadiusMeters);
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync()
    {
        await using var database = PostgresExtensions.CreateDataSource(
            await (await TestServers.PostgresAsync()).CreateDatabaseAsync("strava_locallegend"));
        await Migrator.RunAsync(database, [typeof(Migrator).Assembly, typeof(Backfill).Assembly]);
        await FillAsync(database, 46, Near);
        await FillAsync(database, 52, Far);
        await ExecuteAsync(database, "ANALYZE");
        var segment = await MakeAsync(database);

        var telling = new LegendTelling(new AlwaysOn());
        var recount = new SegmentRecount(database, telling, TimeProvider.System);
        var backfill = new Backfill(database, new StoredTracks(database), new BackfillEfforts(database), recount);
        var whole = Stopwatch.StartNew();
        await backfill.ListAsync((await backfill.NextAsync(default))!, default);
        var listedMs = whole.Elapsed.TotalMilliseconds;
        var next = (await backfill.NextAsync(default))!;
        while (await backfill.MatchAsync(next, default) > 0)
        {
        }

        var opening = Stopwatch.StartNew();
        if (!await backfill.OpenAsync(next, default))
        {
            throw new InvalidOperationException("The segment did not open.");
        }

        var seconds = whole.Elapsed.TotalSeconds;
        await using var count = database.CreateCommand($"SELECT count(*) FROM effort WHERE segment = {segment}");
        var efforts = (long)(await count.ExecuteScalarAsync())!;
        Figures.Note($"{Near} of {Near + Far} activities looked at, {efforts} efforts; listed in {listedMs:0} ms, "
            + $"worked out and opened in {opening.Elapsed.TotalMilliseconds:0} ms");
        Figures.Print("legends.backfill.activities_per_s", Near / seconds, "activities/s");
        Figures.Print("legends.backfill.list_ms", listedMs, "ms");
    }

    private static async Task<int> MakeAsync(NpgsqlDataSource database)
    {
        var points = Enumerable.Range(0, (SegmentMeters / 50) + 1).Select(i =>
        {
            var place = GeoPoint.FromDegrees(46 + (((i * 50) + 2_000) * DegreesPerMeter), 14.5);
            return new TrackPoint(null, place.LatitudeE6, place.LongitudeE6);
        });
        var (line, _) = NewSegment.Of(Sport.Run, points, "points");
        await using var work = await new MadeSegments(database).BeginAsync(default);
        var wish = new Wish(Guid.NewGuid(), Guid.NewGuid(), "bench", "UTC", line!);
        var made = await work.InsertAsync(wish, TimeProvider.System.GetUtcNow(), default);
        await work.CommitAsync(default);
        return made.Number;
    }

    /// <summary>As the consumer and the matcher leave them; a thousand athletes.</summary>
    private static async Task FillAsync(NpgsqlDataSource database, double lat, int activities)
    {
        var random = new Random(7);
        TrackPoint[][] tracks = [.. Enumerable.Range(0, Tracks).Select(_ => OutAndBack(lat, random))];
        var cells = MapCells.Of(Sport.Run, tracks[0]);
        await ExecuteAsync(database, "CREATE TABLE IF NOT EXISTS bench_track (number int, points bytea)");
        await ExecuteAsync(database, "TRUNCATE bench_track");
        foreach (var (i, track) in tracks.Index())
        {
            await ExecuteAsync(database, "INSERT INTO bench_track VALUES ($1, $2)", i, PointCodec.Encode(track));
        }

        await ExecuteAsync(
            database,
            """
            WITH made AS (
                INSERT INTO activity (activity_id, athlete_id, version, deleted, sport, visibility, started_at, local_date)
                SELECT gen_random_uuid(), md5((i % 1000)::text)::uuid, i, false, 1, 1, $2, $2::date FROM generate_series(1, $1) AS i
                RETURNING activity_id, athlete_id, version),
            tracks AS (
                INSERT INTO activity_track (activity_id, athlete_id, version, sport, points)
                SELECT activity_id, athlete_id, version, 1, points FROM made JOIN bench_track ON number = version % $4)
            INSERT INTO track_cells (activity_id, sport, cells) SELECT activity_id, 1, $3 FROM made
            """,
            activities,
            Start,
            cells,
            Tracks);
    }

    /// <summary>3 m/s, a point a second, half an hour northward and back, with a receiver's noise.</summary>
    private static TrackPoint[] OutAndBack(double lat, Random random) =>
    [
        .. Enumerable.Range(0, 3_600).Select(second =>
        {
            var meters = 3 * (second < 1_800 ? second : 3_600 - second);
            var place = GeoPoint.FromDegrees(lat + ((meters + Noise()) * DegreesPerMeter), 14.5 + (Noise() * DegreesPerMeter));
            return new TrackPoint(Start.AddSeconds(second).ToUnixTimeMilliseconds(), place.LatitudeE6, place.LongitudeE6);

            double Noise() => 3 * (random.NextDouble() + random.NextDouble() - 1);
        }),
    ];

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, params object[] values)
    {
#pragma warning disable CA2100 // Constants of this file.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.CommandTimeout = 600;
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }

    private sealed class AlwaysOn : IOptionsMonitor<LegendOptions>
    {
        public LegendOptions CurrentValue { get; } = new();

        public LegendOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<LegendOptions, string?> listener) => null;
    }
}
