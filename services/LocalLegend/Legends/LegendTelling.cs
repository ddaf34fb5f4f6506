using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Messages;
using Strava.Core.Outbox;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Legends;

/// <summary>A segment's title today, beside whom the world was last told of.</summary>
internal sealed record Title(LegendSegment Segment, DateOnly Today, LegendEntry? Holder, Told? Told)
{
    /// <summary>Whose efforts are changing: what the database says of them may be of before.</summary>
    public Guid? ChangedAthlete { get; init; }

    public int ChangedEfforts { get; init; }

    public bool IsNews =>
        Segment.IsTold && Holder?.AthleteId != Told?.AthleteId && (Told is null || Told.Date < Today);
}

/// <summary>
/// Tells the world who holds a title, at most once for a segment and day: that it was told is written with the message,
/// in the transaction of the change and under the segment's lock. A further change on that day is told on the next, by
/// LegendSweeper. A node whose clock is behind finds a day told that is not before its own.
/// </summary>
internal sealed class LegendTelling(IOptionsMonitor<LegendOptions> options)
{
    private static readonly Guid Space = new("5b0c3a52-7a0e-4a53-9c0d-0c7b1d2e9f61");

    public async Task AddAsync(NpgsqlBatch batch, IReadOnlyList<Title> titles, CancellationToken cancellationToken)
    {
        var news = options.CurrentValue.Enabled ? titles.Where(title => title.IsNews).ToList() : [];
        if (news.Count == 0)
        {
            return;
        }

        var left = await LeftAsync(batch.Connection!, news, cancellationToken);
        foreach (var title in news)
        {
            var lostBy = title.Told?.AthleteId;
            batch.Add(
                """
                INSERT INTO legend_told (segment, date, athlete_id, efforts) VALUES ($1, $2, $3, $4)
                ON CONFLICT (segment) DO UPDATE SET date = $2, athlete_id = $3, efforts = $4
                """,
                title.Segment.Number,
                title.Today,
                new NpgsqlParameter
                {
                    Value = (object?)title.Holder?.AthleteId ?? DBNull.Value,
                    NpgsqlDbType = NpgsqlDbType.Uuid,
                },
                title.Holder?.Efforts ?? 0);
            batch.AddOutgoing(KeyOf(title.Segment.Id, title.Today), new LocalLegendChanged
            {
                SegmentId = title.Segment.Id,
                SegmentName = title.Segment.Name,
                Sport = title.Segment.Sport,
                Date = title.Today,
                WonBy = title.Holder?.AthleteId,
                Efforts = title.Holder?.Efforts ?? 0,
                LostBy = lostBy,
                LostWithEfforts = lostBy is null ? 0
                    : lostBy == title.ChangedAthlete ? title.ChangedEfforts
                    : left.GetValueOrDefault(title.Segment.Number),
            });
        }
    }

    public static Guid KeyOf(Guid segment, DateOnly date) =>
        NameBasedGuid.Create(Space, string.Create(CultureInfo.InvariantCulture, $"{segment}/{date:O}"));

    private static async Task<Dictionary<int, int>> LeftAsync(
        NpgsqlConnection connection, List<Title> news, CancellationToken cancellationToken)
    {
        var former = news.Where(title => title.Told?.AthleteId is { } lost && lost != title.ChangedAthlete).ToList();
        if (former.Count == 0)
        {
            return [];
        }

        await using var batch = new NpgsqlBatch(connection);
        batch.Add(
            """
            SELECT f.segment, (
                SELECT count(*)::int FROM effort e
                WHERE e.athlete_id = f.athlete AND e.segment = f.segment AND e.standing = 2
                    AND e.local_date BETWEEN f.oldest AND f.day)
            FROM unnest($1::int[], $2::uuid[], $3::date[], $4::date[]) AS f (segment, athlete, oldest, day)
            """,
            former.ConvertAll(title => title.Segment.Number).ToArray(),
            former.ConvertAll(title => title.Told!.AthleteId!.Value).ToArray(),
            former.ConvertAll(title => DailyCounts.OldestFor(title.Today)).ToArray(),
            former.ConvertAll(title => title.Today).ToArray());
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return (await rows.ReadAsync(row => (Segment: row.GetInt32(0), Efforts: row.GetInt32(1)), cancellationToken))
            .ToDictionary(row => row.Segment, row => row.Efforts);
    }
}
