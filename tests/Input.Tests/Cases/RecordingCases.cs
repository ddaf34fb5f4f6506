namespace Strava.Inputs.Cases;

/// <summary>A whole recording: its state log, and its members.</summary>
internal static class RecordingCases
{
    private const string Good = """[{"state":"STARTED","at":"{start}"},{"state":"COMPLETE","at":"{end}"}]""";

    private static readonly (string Name, string Log, int Status)[] Logs =
    [
        ("is null", "null", 400),
        ("is empty", "[]", 422),
        ("is a text", "\"STARTED\"", 400),
        ("has a line that is null", "[null]", 400),
        ("has a line without a state", """[{"at":"{start}"}]""", 400),
        ("has a line without a time", """[{"state":"STARTED"}]""", 400),
        ("has an unknown word", """[{"state":"FLYING","at":"{start}"}]""", 400),
        ("has a number for a word", """[{"state":1,"at":"{start}"}]""", 400),
        ("has a time that is none", """[{"state":"STARTED","at":"soon"}]""", 400),
        ("begins in 1970", """[{"state":"STARTED","at":"1970-01-01T00:00:00Z"},{"state":"COMPLETE","at":"{end}"}]""", 422),
        ("ends in the future", """[{"state":"STARTED","at":"{start}"},{"state":"COMPLETE","at":"{future}"}]""", 422),
        ("does not begin with STARTED", """[{"state":"COMPLETE","at":"{start}"}]""", 422),
        ("does not end with COMPLETE", """[{"state":"STARTED","at":"{start}"},{"state":"STOPPED","at":"{end}"}]""", 422),
        ("goes back in time", """[{"state":"STARTED","at":"{end}"},{"state":"COMPLETE","at":"{start}"}]""", 422),
        ("goes on after COMPLETE", """[{"state":"STARTED","at":"{start}"},{"state":"COMPLETE","at":"{at}"},{"state":"PAUSED","at":"{end}"}]""", 422),
        ("has 10,001 lines", $"[{string.Join(',', Enumerable.Repeat("""{"state":"STARTED","at":"2026-01-01T00:00:00Z"}""", 10_001))}]", 422),
        ("spans eight days", """[{"state":"STARTED","at":"2026-01-01T00:00:00Z"},{"state":"COMPLETE","at":"2026-01-09T00:00:01Z"}]""", 422),
    ];

    public static IEnumerable<InputCase> All()
    {
        InputCase Of(string name, string members, params int[] statuses) =>
            InputCase.Json(name, "PUT", "/activities/{new}/recording", $"{{{members}}}", statuses);
        foreach (var (name, log, status) in Logs)
        {
            yield return Of($"the state log {name}", $"\"type\":\"RUN\",\"points\":[],\"stateLog\":{log}", status);
        }

        yield return Of("no state log", "\"type\":\"RUN\",\"points\":[]", 400);
        yield return Of("no points", $"\"type\":\"RUN\",\"stateLog\":{Good}", 400);
        yield return Of("points null", $"\"type\":\"RUN\",\"points\":null,\"stateLog\":{Good}", 400);
        yield return Of("no type", $"\"points\":[],\"stateLog\":{Good}", 400);
        yield return Of("an unknown type", $"\"type\":\"SWIM\",\"points\":[],\"stateLog\":{Good}", 400);
        yield return Of("an unknown visibility", $"\"type\":\"RUN\",\"visibility\":\"SOME\",\"points\":[],\"stateLog\":{Good}", 400);
        yield return Of("a name of 201", $"\"type\":\"RUN\",\"name\":\"{new string('x', 201)}\",\"points\":[],\"stateLog\":{Good}", 422);
        yield return Of("a name with NUL", $"\"type\":\"RUN\",\"name\":\"a\\u0000\",\"points\":[],\"stateLog\":{Good}", 422);
        yield return Of("a zone that is none", $"\"type\":\"RUN\",\"timeZone\":\"../x\",\"points\":[],\"stateLog\":{Good}", 422);
        yield return Of("a newer phone's members", $"\"type\":\"RUN\",\"points\":[],\"stateLog\":{Good},\"watch\":{{\"maker\":\"x\"}}", 201);
        yield return Of("without any point", $"\"type\":\"RUN\",\"points\":[],\"stateLog\":{Good}", 201);
        yield return InputCase.Json(
            "another's id", "PUT", "/activities/{foreign}/recording", $"{{\"type\":\"RUN\",\"points\":[],\"stateLog\":{Good}}}", 409);
    }
}
