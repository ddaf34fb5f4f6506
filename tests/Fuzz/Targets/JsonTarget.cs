using System.Text;
using System.Text.Json;
using Strava.Activities.Activities;
using Strava.Athletes.Profiles;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;
using Strava.Fuzz.Mutation;
using Strava.Fuzz.Running;
using Strava.ServiceDefaults;
using Strava.ServiceDefaults.Json;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Strava.Fuzz.Targets;

/// <summary>
/// The bodies of all routes that write, bound by the services' own options and judged by their own rules. The first
/// byte says which body, the second in what pieces it comes from the network.
/// </summary>
internal sealed class JsonTarget : FuzzTarget
{
    private static readonly JsonSerializerOptions Json = AsInTheServices();

    private static readonly (Type Type, Func<Random, string> Seed)[] Kinds =
    [
        (typeof(CreateActivity), Bodies.Create), (typeof(PatchActivity), Bodies.Patch), (typeof(PostRoute), Bodies.Route),
        (typeof(PutRecording), Bodies.Recording), (typeof(ProfilePatch), Bodies.Profile),
    ];

    public override string Name => "json";

    public override long MostBytes(int inputBytes) => 4_000_000 + (4_000L * inputBytes);

    public override byte[] Make(Random random)
    {
        var kind = random.Next(Kinds.Length);
        var json = Kinds[kind].Seed(random);
        json = random.OneIn(10) ? json : JsonDamage.Damage(json, random);
        var body = Encoding.UTF8.GetBytes(json);
        return [(byte)kind, (byte)random.Next(256), .. random.OneIn(4) ? Bytes.Damage(body, random) : body];
    }

    public override void Read(byte[] input)
    {
        var type = Kinds[input[0]].Type;
        var body = input.AsMemory(2);
        var whole = Bind(() => JsonSerializer.Deserialize(body.Span, type, Json));
        var pieces = new Pieces(body, input[1] + 1);
        var piecemeal = Bind(() => JsonSerializer.DeserializeAsync(pieces, type, Json).AsTask().GetAwaiter().GetResult());
        BrokenPropertyException.Unless(
            whole.Status == piecemeal.Status && Text(whole.Body) == Text(piecemeal.Body),
            $"In one piece it is {whole.Status}, in pieces of {input[1] + 1} it is {piecemeal.Status}.");
        Judge(whole.Body);
    }

    private static void Judge(object? bound)
    {
        switch (bound)
        {
            case CreateActivity create when IsValid(create.Validate(Tracks.Now)):
                ActivityAnswers.DefaultName(create.Type!.Value, create.StartedAt ?? Tracks.Now, create.TimeZone);
                break;
            case PatchActivity patch when IsValid(patch.Validate(Tracks.Now)) && patch.State is { } state:
                StateLog.Empty.Append(new(Transition.Started, Tracks.Start.ToUnixTimeMilliseconds()))
                    .Decide(state, (patch.At ?? Tracks.Now).ToUnixTimeMilliseconds());
                break;
            case PostRoute route when IsValid(route.Validate(Tracks.Now)):
                var log = StateLog.Empty.Append(new(Transition.Started, Tracks.Start.ToUnixTimeMilliseconds()));
                Figures.Of(Contracts.Sports.Sport.Run, log, [route.ToChunk()]);
                BrokenPropertyException.Unless(route.UnknownMembers >= 0, "A count is below zero.");
                break;
            case PutRecording recording when IsValid(recording.Validate(Tracks.Now)):
                Figures.Of(recording.Type!.Value, recording.ToStateLog(), [new(0, recording.ToTrackPoints())]);
                break;
            case ProfilePatch patch:
                var (profile, errors) = ProfileRules.Apply(new Profile { Id = Guid.Empty, Name = "x" }, patch);
                BrokenPropertyException.Unless(
                    errors.Count > 0 || profile is { Name.Length: > 0, Region: null or { Length: <= 6 } }, "This profile cannot be.");
                break;
        }
    }

    private static bool IsValid(RequestProblems problems)
    {
        BrokenPropertyException.Unless(
            problems.IsValid || problems is { StatusCode: 400 or 422, Errors.Count: > 0 }, "A refusal without a reason.");
        return problems.IsValid;
    }

    /// <summary>As the binder: what the serializer refuses must come out as a problem in a caller's words.</summary>
    private static (int Status, object? Body) Bind(Func<object?> read)
    {
        try
        {
            return read() is { } body ? (200, body) : (400, null);
        }
        catch (JsonException exception)
        {
            var problem = JsonFaults.ToProblem(exception);
            var sentence = problem.ProblemDetails.Detail ?? "";
            BrokenPropertyException.Unless(
                problem.StatusCode is 400 or 422 && sentence.Length > 0 && !sentence.Contains("System.", StringComparison.Ordinal),
                $"{problem.StatusCode} is told as: {sentence}");
            return (problem.StatusCode, null);
        }
    }

    /// <summary>
    /// Without the members that nobody knows: they are never written, and JSON may hold what cannot be.
    /// </summary>
    private static string Text(object? body) => body switch
    {
        null => "",
        PostRoute route => JsonSerializer.Serialize(route with { Unknown = null }, Json),
        PutRecording recording => JsonSerializer.Serialize(recording with { Unknown = null }, Json),
        _ => JsonSerializer.Serialize(body, body.GetType(), Json),
    };

    private static JsonSerializerOptions AsInTheServices()
    {
        var options = new JsonOptions();
        StrictJson.Apply(options.SerializerOptions);
        return options.SerializerOptions;
    }
}
