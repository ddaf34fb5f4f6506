using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Core.Reading;
using Strava.LocalLegends.Legends;
using Strava.LocalLegends.Segments;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Reading;

/// <summary>
/// <c>GET /segments/{id}/local-legend</c> and <c>/histogram</c>: the rows of today by their keys, and the caller's own
/// efforts of 90 days. At midnight the next rows are right already: nothing has to run for it.
/// </summary>
internal static class GetLocalLegend
{
    private const string Own =
        """
        (SELECT count(*)::int FROM effort WHERE athlete_id = $3 AND segment = $1 AND standing = 2
            AND local_date BETWEEN $4 AND $2)
        """;

    private const string Legend =
        $"""
        SELECT {Own}, l.athlete_id, l.efforts, p.name FROM (VALUES (1)) AS one
        LEFT JOIN rolling_local_legend l ON l.segment = $1 AND l.date = $2
        LEFT JOIN athlete_profile p ON p.athlete_id = l.athlete_id
        """;

    private const string Bins =
        $"""
        SELECT {Own}, (SELECT efforts FROM rolling_local_legend WHERE segment = $1 AND date = $2), h.bin, h.athletes
        FROM (VALUES (1)) AS one
        LEFT JOIN legend_histogram h ON h.segment = $1 AND h.date = $2 AND h.athletes > 0 ORDER BY h.bin
        """;

    public static void MapGetLocalLegend(this IEndpointRouteBuilder segments)
    {
        segments.MapGet("/{id:guid}/local-legend", GetAsync).WithName("GetLocalLegend")
            .WithSummary("Who has most efforts of the last 90 days")
            .WithDescription("503 while the segment is still backfilled, and where legends are switched off.")
            .Refuses(404);
        segments.MapGet("/{id:guid}/histogram", GetHistogramAsync).WithName("GetLegendHistogram")
            .WithSummary("How many athletes have how many efforts of the last 90 days")
            .Refuses(404);
    }

    private static async Task<Results<Ok<LocalLegend>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal caller, SegmentReading reading, HttpContext http, CancellationToken cancellationToken)
    {
        var (segment, refusal) = await reading.FindLegendAsync(id, caller, cancellationToken);
        if (segment is null)
        {
            return refusal!;
        }

        var today = reading.Today(segment);
        await using var command = CommandOf(reading.Database, Legend, segment, today, caller.AthleteId());
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var hasLegend = !row.IsDBNull(1);
        return Shown.As(http, new LocalLegend
        {
            SegmentId = id,
            Date = today,
            Athlete = hasLegend ? new(row.GetGuid(1), row.IsDBNull(3) ? null : row.GetString(3)) : null,
            EffortCount = hasLegend ? row.GetInt32(2) : 0,
            WindowDays = DailyCounts.Days,
            Viewer = new(row.GetInt32(0)),
        });
    }

    private static async Task<Results<Ok<LegendHistogram>, StatusCodeHttpResult, ProblemHttpResult>> GetHistogramAsync(
        Guid id, ClaimsPrincipal caller, SegmentReading reading, HttpContext http, CancellationToken cancellationToken)
    {
        var (segment, refusal) = await reading.FindLegendAsync(id, caller, cancellationToken);
        if (segment is null)
        {
            return refusal!;
        }

        await using var command = CommandOf(
            reading.Database, Bins, segment, reading.Today(segment), caller.AthleteId());
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var athletes = new SortedDictionary<int, int>();
        (int Own, int? Legend) counts = default;
        while (await rows.ReadAsync(cancellationToken))
        {
            counts = (rows.GetInt32(0), rows.IsDBNull(1) ? null : rows.GetInt32(1));
            if (!rows.IsDBNull(2))
            {
                athletes[rows.GetInt16(2)] = rows.GetInt32(3);
            }
        }

        return Shown.As(http, HistogramOf(id, athletes, counts.Legend, counts.Own));
    }

    /// <summary>Every bin up to the last that anybody is in, so that the index of a bin is its number.</summary>
    internal static LegendHistogram HistogramOf(Guid id, IReadOnlyDictionary<int, int> athletes, int? legend, int own)
    {
        var last = athletes.Count == 0 ? -1 : athletes.Keys.Max();
        return new LegendHistogram
        {
            SegmentId = id,
            Bins =
            [
                .. Enumerable.Range(0, last + 1).Select(bin => new LegendBin(
                    HistogramBin.First(bin), HistogramBin.Last(bin), athletes.GetValueOrDefault(bin))),
            ],
            LegendBin = legend is { } efforts ? HistogramBin.Of(efforts) : null,
            ViewerBin = own > 0 ? HistogramBin.Of(own) : null,
        };
    }

    private static NpgsqlCommand CommandOf(
        NpgsqlDataSource database, string sql, SegmentRow segment, DateOnly today, Guid caller)
    {
#pragma warning disable CA2100 // Constants of this file.
        var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = segment.Number });
        command.Parameters.Add(new() { Value = today });
        command.Parameters.Add(new() { Value = caller });
        command.Parameters.Add(new() { Value = DailyCounts.OldestFor(today) });
        return command;
    }
}
