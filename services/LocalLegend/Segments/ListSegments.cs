using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Core.Reading;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Segments;

/// <summary>Which segments a caller wants to see, in its own words.</summary>
internal sealed record SegmentsQuery
{
    [FromQuery(Name = "bbox")]
    [Description(
        "west,south,east,north in degrees, the order of GeoJSON; where west is greater, across the date line. Without "
            + "it: everywhere.")]
    public string? Box { get; init; }

    [FromQuery(Name = "type")]
    [Description("Only this sport's."), AllowedValues("RUN", "RIDE")]
    public string? Type { get; init; }

    [FromQuery(Name = "limit")]
    [Description("At most so many; without it 50."), Range(1, ListSegments.MaxLimit)]
    public string? Limit { get; init; }
}

/// <summary><c>GET /segments</c> and <c>GET /segments/{id}</c>.</summary>
internal static class ListSegments
{
    public const int MaxLimit = 100;

    private const int DefaultLimit = 50;

    /// <summary>
    /// More than these are not sorted: such a box is so full that the longest of all are soon in it.
    /// </summary>
    private const int MostSorted = 10_000;

    private const string Inside = "(bounds && $1 OR bounds && $2 OR bounds && $3)";
    private const string IsWanted = "NOT hidden AND ($4 IS NULL OR sport = $4)";

    public static void MapListSegments(this IEndpointRouteBuilder segments)
    {
        segments.MapGet("", ListAsync).WithName("ListSegments").WithSummary("Segments in a box on the map")
            .WithDescription("The longest first; a box that holds more than the limit is answered with the longest.")
            .Refuses(400);
        segments.MapGet("/{id:guid}", GetAsync).WithName("GetSegment").WithSummary("One segment").Refuses(404);
    }

    private static async Task<Results<Ok<List<Segment>>, StatusCodeHttpResult, ProblemHttpResult>> ListAsync(
        [AsParameters] SegmentsQuery query,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var faults = new QueryFaults();
        var limit = faults.Number("limit", query.Limit, DefaultLimit, MaxLimit);
        var box = query.Box is null ? new MapBox(-180, -90, 180, 90) : MapBox.Parse(query.Box);
        if (box is null)
        {
            faults["bbox"] =
                ["Must be west,south,east,north in degrees, south not above north; like 14.4,46.0,14.6,46.1."];
        }

        var sport = query.Type is null ? null : SportRules.Parse(query.Type);
        if (query.Type is not null && sport is null)
        {
            faults["type"] = ["Unknown sport; allowed: RUN, RIDE."];
        }

        return faults.Count > 0
            ? Problems.Malformed(faults)
            : Shown.As(http, await ReadAsync(database, box!.Value, sport, limit, cancellationToken));
    }

    /// <summary>
    /// O(segments in the box), at most <see cref="MostSorted"/>; beyond those the order's own index is walked until
    /// the limit is full, which takes N * limit / (segments in the box) rows.
    /// </summary>
    internal static async Task<List<Segment>> ReadAsync(
        NpgsqlDataSource database, MapBox box, Sport? sport, int limit, CancellationToken cancellationToken)
    {
        await using var count = CommandOf(
            database,
            $"SELECT count(*) FROM (SELECT FROM segment WHERE {Inside} AND {IsWanted} LIMIT $5) AS found",
            box,
            sport,
            MostSorted);
        var isFull = (long)(await count.ExecuteScalarAsync(cancellationToken))! == MostSorted;

        // IS TRUE takes the box's index out of the planner's choice.
        var inside = isFull ? $"{Inside} IS TRUE" : Inside;
        await using var command = CommandOf(
            database,
            $"{SegmentRow.Select} WHERE {inside} AND {IsWanted} ORDER BY length_mm DESC, number LIMIT $5",
            box,
            sport,
            limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var segments = new List<Segment>();
        while (await rows.ReadAsync(cancellationToken))
        {
            segments.Add(SegmentRow.Read(rows).ToAnswer());
        }

        return segments;
    }

    private static async Task<Results<Ok<Segment>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid id,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken) =>
        await SegmentRow.FindAsync(database, id, caller.AthleteId(), cancellationToken) is { } segment
            ? Shown.As(http, segment.ToAnswer())
            : Problems.NotFound();

    private static NpgsqlCommand CommandOf(NpgsqlDataSource database, string sql, MapBox box, Sport? sport, int limit)
    {
#pragma warning disable CA2100 // Constants of this file.
        var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var one in box.Everywhere())
        {
            command.Parameters.Add(new() { Value = one });
        }

        command.Parameters.Add(
            new() { Value = (object?)(short?)sport ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
        command.Parameters.Add(new() { Value = limit });
        return command;
    }
}
