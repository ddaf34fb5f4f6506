using System.Text.Json;
using Strava.Contracts.Rest;

namespace Strava.Fuzz.Mutation;

/// <summary>Valid bodies of every route that writes.</summary>
internal static class Bodies
{
    public static string Create(Random random) => Json(new
    {
        type = random.OneIn(2) ? "RUN" : "RIDE",
        id = new Guid(Bytes.Any(random, 16)),
        name = "a run",
        visibility = "FRIENDS",
        timeZone = "Europe/Ljubljana",
        startedAt = Tracks.Start,
    });

    public static string Patch(Random random) => random.OneIn(2)
        ? Json(new { state = random.OneIn(2) ? "PAUSED" : "STARTED", at = Tracks.Start, name = "b", description = "", visibility = "ONLY_ME" })
        : Json(new { state = "COMPLETE", at = Tracks.Start, expectedChunks = 2, pointCount = 30, contentHash = new string('a', 64) });

    public static string Route(Random random)
    {
        var points = Points(random, random.Next(1, 20));
        return random.OneIn(3)
            ? Json(new { location = points[0], sequence = random.OneIn(2) ? (int?)7 : null })
            : Json(new { sequence = random.Next(100), points, newer = new { gain = 3 } });
    }

    public static string Recording(Random random)
    {
        var points = Points(random, random.Next(0, 40));
        var fromMs = Tracks.Start.ToUnixTimeMilliseconds();
        var log = Tracks.Log(random, fromMs, fromMs + 300_000).Select(change => new
        {
            state = change.State.ToString().ToUpperInvariant(),
            at = DateTimeOffset.FromUnixTimeMilliseconds(change.AtMs),
        });
        return Json(new { type = "RUN", name = "r", visibility = "EVERYONE", timeZone = "UTC", stateLog = log, points });
    }

    public static string Profile(Random random) => Json(new
    {
        name = "Ana",
        country = "SI",
        region = random.OneIn(2) ? "SI-061" : "061",
        city = "Ljubljana",
        timeZone = "Europe/Ljubljana",
        units = "IMPERIAL",
        defaultVisibility = "FRIENDS",
    });

    private static object[] Points(Random random, int count) => [.. Tracks.Way(random, count).Select(point => (object)PointDto.From(point))];

    private static string Json(object body) => JsonSerializer.Serialize(body);
}
