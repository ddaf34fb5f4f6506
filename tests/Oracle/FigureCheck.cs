namespace Strava.Oracle;

/// <summary>
/// The figures that ActivityCompleted carries, worked out once more from the state log and the stored points.
/// </summary>
internal static class FigureCheck
{
    public static void Run(Truth truth, Comparison comparison)
    {
        foreach (var activity in truth.Activities.Where(activity => activity.Figures is not null))
        {
            var figures = activity.Figures!;
            var spans = ActiveSpans(activity).ToList();
            comparison.Equal(
                spans.Sum(span => span.ToMs - span.FromMs), figures.ActiveMs, $"Active ms of {activity.Id}");
            var stopped = activity.Log.Last(line => line.Word == "activity_stopped").At;
            var totalMs = (long)(stopped - activity.StartedAt!.Value).TotalMilliseconds;
            comparison.Equal(totalMs, figures.TotalMs, $"Total ms of {activity.Id}");
            comparison.Equal(LocalDate(activity), figures.LocalDate, $"The local day of {activity.Id}");

            var points = StoredPoints.InOrder(activity);
            comparison.Equal(points.Count, figures.Points, $"The number of points of {activity.Id}");
            if (points.TrueForAll(point => point.AtMs is not null))
            {
                comparison.Equal(
                    Legs(activity, points).Sum(leg => leg.Mm), figures.DistanceMm, $"The distance in mm of {activity.Id}");
            }
        }
    }

    /// <summary>From each start or resumption to the next pause or stop.</summary>
    private static IEnumerable<(long FromMs, long ToMs)> ActiveSpans(Activity activity)
    {
        long? openedMs = null;
        foreach (var (word, at) in activity.Log)
        {
            var ms = at.ToUnixTimeMilliseconds();
            if (word is "activity_started" or "activity_resumed")
            {
                openedMs ??= ms;
            }
            else if (openedMs is { } fromMs)
            {
                yield return (fromMs, ms);
                openedMs = null;
            }
        }
    }

    private static DateOnly LocalDate(Activity activity)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(activity.Figures!.TimeZone);
        return DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(activity.StartedAt!.Value, zone).DateTime);
    }

    /// <summary>
    /// The points that are good enough, inside active spans, each with the leg to it: none from one span to the next,
    /// and no distance where a runner or rider cannot be so fast. Two places at one time are no jump if a second
    /// explains them.
    /// </summary>
    internal static IEnumerable<(StoredPoint Point, long Mm, bool IsJump)> Legs(Activity activity, List<StoredPoint> points)
    {
        var spans = ActiveSpans(activity).ToList();
        var fastestMmPerSecond = activity.Sport == "RUN" ? 12_500 : 35_000;
        (StoredPoint Point, int Span)? last = null;
        foreach (var point in points)
        {
            // At a border between two spans the later one has begun.
            var span = spans.FindLastIndex(one => one.FromMs <= point.AtMs && point.AtMs <= one.ToMs);
            if (span < 0 && point.AtMs is not null)
            {
                last = null;
                continue;
            }

            if (point.AccuracyCm > 5_000 || point is { LatitudeE6: 0, LongitudeE6: 0 })
            {
                continue;
            }

            if (point.AtMs is null || last is { Point.AtMs: null })
            {
                // What lies between a time and none is not known.
                yield return (point, 0, true);
            }
            else if (last is { } from && from.Span == span && from.Point.Part == point.Part)
            {
                var mm = LegMm(from.Point, point);
                var ms = point.AtMs!.Value - from.Point.AtMs!.Value;
                var isMade = ms >= 0 && mm * 1_000 <= fastestMmPerSecond * ms;
                yield return (point, isMade ? mm : 0, !isMade && (ms != 0 || mm > fastestMmPerSecond));
            }
            else
            {
                yield return (point, 0, false);
            }

            last = (point, span);
        }
    }

    /// <summary>The haversine in its textbook form; the services use another one of the same sphere.</summary>
    private static long LegMm(StoredPoint from, StoredPoint to)
    {
        static double HalfAngle(double unitsE6) => unitsE6 / 1e6 * Math.PI / 180 / 2;

        var north = Math.Sin(HalfAngle(to.LatitudeE6 - from.LatitudeE6));
        var east = Math.Sin(HalfAngle(to.LongitudeE6 - (double)from.LongitudeE6));
        var shrink = Math.Cos(2 * HalfAngle(from.LatitudeE6)) * Math.Cos(2 * HalfAngle(to.LatitudeE6));
        var angle = 2 * Math.Asin(Math.Min(1, Math.Sqrt((north * north) + (shrink * east * east))));
        return (long)Math.Round(6_371_008.8 * angle * 1_000, MidpointRounding.AwayFromZero);
    }
}
