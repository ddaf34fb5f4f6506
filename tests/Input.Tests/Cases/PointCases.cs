namespace Strava.Inputs.Cases;

/// <summary>Each member of a point with each value that it cannot have, in each request that carries points.</summary>
internal static class PointCases
{
    private static readonly (string Value, int Status)[] NoPlace =
    [
        ("\"NaN\"", 400), ("NaN", 400), ("\"Infinity\"", 400), ("-Infinity", 400), ("\"46\"", 400), ("\"\"", 400), ("null", 400), ("true", 400),
        ("{}", 400), ("[46]", 400), ("0x2E", 400), ("046", 400), ("46,5", 400), ("1e999", 422), ("-1e999", 422), ("1e308", 422), ("1000", 422),
    ];

    private static readonly (string Value, int Status)[] NoTime =
    [
        ("null", 400), ("0", 400), ("1772352000000", 400), ("true", 400), ("\"\"", 400), ("\"yesterday\"", 400), ("\"2026-02-30T10:00:00Z\"", 400),
        ("\"2026-13-01T10:00:00Z\"", 400), ("\"2026-01-01T25:00:00Z\"", 400), ("\"01/02/2026\"", 400), ("\"10000-01-01T00:00:00Z\"", 400),
        ("\"1970-01-01T00:00:00Z\"", 422), ("\"1989-12-31T00:00:00Z\"", 422), ("\"1999-08-22T00:00:00Z\"", 422), ("\"0001-01-01T00:00:00Z\"", 422),
        ("\"9999-12-31T23:59:59.999Z\"", 422), ("\"{future}\"", 422),
    ];

    /// <summary>
    /// What is implausible in a channel is dropped and the point is kept; what is no number is refused.
    /// </summary>
    private static readonly (string Value, int Status)[] NoChannel =
        [("\"NaN\"", 400), ("NaN", 400), ("\"300\"", 400), ("true", 400), ("[]", 400), ("{}", 400), ("1e999", 200), ("-1e300", 200), ("99999", 200), ("-99999", 200)];

    private static readonly string[] Channels = ["elevationMeters", "accuracyMeters", "heartRate", "cadence", "powerWatts", "temperatureC"];

    private static readonly (string Name, Func<string, string> Body, string Method, string Path)[] Requests =
    [
        ("location", point => $$"""{"sequence":{sequence},"location":{{point}}}""", "POST", "/activities/{open}/routes"),
        ("chunk", point => $$"""{"sequence":{sequence},"points":[{"at":"{at}","lat":46,"lon":14},{{point}}]}""", "POST", "/activities/{open}/routes"),
        ("recording", point =>
            $$"""{"type":"RUN","stateLog":[{"state":"STARTED","at":"{start}"},{"state":"COMPLETE","at":"{end}"}],"points":[{{point}}]}""",
            "PUT", "/activities/{new}/recording"),
    ];

    public static IEnumerable<InputCase> All()
    {
        foreach (var (request, body, method, path) in Requests)
        {
            InputCase Of(string name, string point, int status) => InputCase.Json(
                $"{request}, {name}", method, path, body(point), status == 200 && request == "recording" ? 201 : status);
            foreach (var member in new[] { "lat", "lon" })
            {
                var other = member == "lat" ? "lon" : "lat";
                foreach (var (value, status) in NoPlace)
                {
                    yield return Of($"{member} {value}", $$"""{"at":"{at}","{{member}}":{{value}},"{{other}}":14}""", status);
                }

                yield return Of($"no {member}", $$"""{"at":"{at}","{{other}}":14}""", 400);
            }

            yield return Of("lat 90.0000001", """{"at":"{at}","lat":90.0000001,"lon":14}""", 422);
            yield return Of("lon -180.1", """{"at":"{at}","lat":46,"lon":-180.1}""", 422);
            yield return Of("-0, a denormal and the far corner", """{"at":"{at}","lat":-0.0,"lon":4.9e-324}""", 200);
            yield return Of("the pole at the antimeridian", """{"at":"{at}","lat":-90,"lon":180}""", 200);
            foreach (var (value, status) in NoTime)
            {
                yield return Of($"at {value}", $$"""{"at":{{value}},"lat":46,"lon":14}""", status);
            }

            yield return Of("no at", """{"lat":46,"lon":14}""", 400);
            yield return Of("a point that is null", "null", 400);
            yield return Of("a point that is an array", "[46,14]", 400);
            yield return Of("a member of a newer phone", """{"at":"{at}","lat":46,"lon":14,"strideMeters":{"left":1}}""", 200);
            foreach (var channel in Channels)
            {
                foreach (var (value, status) in NoChannel)
                {
                    yield return Of($"{channel} {value}", $$"""{"at":"{at}","lat":46,"lon":14,"{{channel}}":{{value}}}""", status);
                }
            }
        }
    }
}
