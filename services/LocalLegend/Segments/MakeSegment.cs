using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Contracts.Tracks;
using Strava.Core.Idempotency;
using Strava.Core.Reading;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Segments;

/// <summary>
/// <c>POST /segments</c>. Safe to repeat: the same id, or the same line once more, is answered with the segment that is
/// there; the Idempotency-Key is kept in the transaction that makes it.
/// </summary>
internal static class MakeSegment
{
    /// <summary>Of one maker in 24 hours: each costs a look at all that was ever recorded there.</summary>
    public const int MaxADay = 100;

    public static void MapMakeSegment(this IEndpointRouteBuilder segments) =>
        segments.MapPost("", HandleAsync).WithName("CreateSegment").WithSummary("Make a segment")
            .WithDescription(
                "From points, or from a slice of an own activity that everyone may see. It is BACKFILLING until "
                    + "activities that were there before are looked through, then OPEN. A line of yours that is there "
                    + "already is answered with its segment (200).")
            .WithExample(
                "points",
                """
                {
                  "name": "Along the river", "type": "RUN", "timeZone": "Europe/Ljubljana",
                  "points": [
                    { "lat": 46.0501, "lon": 14.5060, "elevationMeters": 298 },
                    { "lat": 46.0519, "lon": 14.5061, "elevationMeters": 299.5 },
                    { "lat": 46.0537, "lon": 14.5059, "elevationMeters": 303 }
                  ]
                }
                """)
            .Refuses(404, 409, 422);

    private static async Task<Results<Created<Segment>, Ok<Segment>, ProblemHttpResult>> HandleAsync(
        CreateSegment request,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (request.Validate() is { IsValid: false } problems)
        {
            return problems.AsProblem();
        }

        var me = caller.AthleteId();
        var zone = request.TimeZone ?? await TimeZoneOfAsync(database, me, cancellationToken);
        if (zone is null || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            return Problems.Impossible(
                "timeZone",
                zone is null
                    ? "Your profile says no time zone: give the segment's, like Europe/Ljubljana."
                    : "There is no such time zone: name an IANA zone, like Europe/Ljubljana.");
        }

        var (line, refusal) = await LineOfAsync(database, me, request, cancellationToken);
        return line is null
            ? refusal!
            : await MakeAsync(
                new MadeSegments(database),
                new(request.Id ?? Guid.CreateVersion7(time.GetUtcNow()), me, request.Name!, zone, line),
                time.GetUtcNow(),
                http,
                cancellationToken);
    }

    private static async Task<Results<Created<Segment>, Ok<Segment>, ProblemHttpResult>> MakeAsync(
        MadeSegments segments, Wish wish, DateTimeOffset now, HttpContext http, CancellationToken cancellationToken)
    {
        await using var work = await segments.BeginAsync(cancellationToken);
        if (await work.FindSameAsync(wish, cancellationToken) is { } there)
        {
            if (there.MadeBy != wish.MadeBy || !there.IsSameLine)
            {
                return Problems.Conflict(
                    "segment-differs", "There is another segment with this id; make a new UUIDv7.");
            }

            var repeated = TypedResults.Ok(there.Row.ToAnswer());
            await work.Connection.KeepAsync(http, repeated, cancellationToken);
            await work.CommitAsync(cancellationToken);
            return repeated;
        }

        if (await work.CountSinceAsync(wish.MadeBy, now.AddDays(-1), cancellationToken) >= MaxADay)
        {
            return Problems.Conflict(
                "too-many-segments",
                $"You have made {MaxADay} segments in 24 hours, which is the most that one athlete may.",
                retryable: true);
        }

        var row = await work.InsertAsync(wish, now, cancellationToken);
        var made = TypedResults.Created($"/segments/{row.Id}", row.ToAnswer());
        await work.Connection.KeepAsync(http, made, cancellationToken, made.Location);
        await work.CommitAsync(cancellationToken);
        return made;
    }

    private static async Task<(NewSegment? Line, ProblemHttpResult? Refusal)> LineOfAsync(
        NpgsqlDataSource database, Guid me, CreateSegment request, CancellationToken cancellationToken)
    {
        if (request.ActivityId is not null)
        {
            return await ActivitySlice.ReadAsync(database, me, request, cancellationToken);
        }

        var (line, fault) = NewSegment.Of(
            request.Type!.Value, request.ToLine(), "points", ElevationSource.Barometric);
        return (line, fault is { } wrong ? Problems.Impossible(wrong.Field, wrong.Sentence) : null);
    }

    private static async Task<string?> TimeZoneOfAsync(
        NpgsqlDataSource database, Guid me, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT time_zone FROM athlete_profile WHERE athlete_id = $1");
        command.Parameters.Add(new() { Value = me });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }
}

/// <summary>What a maker wants, with all that is needed to make it.</summary>
internal sealed record Wish(Guid Id, Guid MadeBy, string Name, string TimeZone, NewSegment Line);
