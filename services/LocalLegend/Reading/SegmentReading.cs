using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.LocalLegends.Legends;
using Strava.LocalLegends.Segments;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Reading;

/// <summary>What is read of a segment beside itself, and whether it may be.</summary>
internal sealed class SegmentReading(
    NpgsqlDataSource database, IOptionsMonitor<LegendOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);

    public NpgsqlDataSource Database => database;

    /// <summary>Today, as the segment's own days are.</summary>
    public DateOnly Today(SegmentRow segment) => LocalDays.Of(segment.TimeZone, clock.GetUtcNow());

    /// <summary>
    /// A segment whose efforts and boards are complete. A hidden one has none, for its maker neither: nothing is kept
    /// up meanwhile.
    /// </summary>
    public async Task<(SegmentRow? Segment, ProblemHttpResult? Refusal)> FindAsync(
        Guid id, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var segment = await SegmentRow.FindAsync(database, id, caller.AthleteId(), cancellationToken);
        return segment switch
        {
            null or { IsHidden: true } => (null, Problems.NotFound()),
            { State: SegmentState.Backfilling } => (null, Problems.Unavailable(
                "Activities that were there before this segment are still looked through; it is open soon.",
                LookAgain,
                "segment-backfilling")),
            _ => (segment, null),
        };
    }

    /// <summary>The same, unless legends are switched off: all of them, or this segment's.</summary>
    public async Task<(SegmentRow? Segment, ProblemHttpResult? Refusal)> FindLegendAsync(
        Guid id, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        if (!options.CurrentValue.Enabled)
        {
            return (null, Problems.Unavailable("Local Legends are switched off for a while.", code: "legends-off"));
        }

        var (segment, refusal) = await FindAsync(id, caller, cancellationToken);
        return segment is { AreLegendsOff: true }
            ? (null, Problems.Unavailable(
                "This segment's Local Legend is switched off for a while.", code: "legends-off"))
            : (segment, refusal);
    }
}
