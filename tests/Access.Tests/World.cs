using System.Text.Json.Nodes;
using Npgsql;
using Strava.Testing;

[assembly: NonParallelizable]

namespace Strava.Access;

/// <summary>
/// One running stack with the actors, and the owner's activities of every visibility, saved and open.
/// </summary>
[SetUpFixture]
public sealed class World
{
    private const string Stored =
        """
        SELECT concat_ws('/', (SELECT count(*) FROM mt_events), (SELECT coalesce(sum(version), 0) FROM mt_streams),
            (SELECT count(*) FROM activity), (SELECT count(*) FROM route_chunk), (SELECT count(*) FROM imported_file))
        """;

    private const string StoredOfAthletes =
        """
        SELECT concat_ws('/', (SELECT count(*) FROM profile), (SELECT coalesce(sum(version), 0) FROM profile),
            (SELECT coalesce(sum(version), 0) FROM friendship))
        """;

    private const string StoredOfChallenges =
        "SELECT concat_ws('/', (SELECT count(*) FROM challenge), (SELECT count(*) FROM challenge_participant))";

    private const string StoredOfSegments =
        "SELECT concat_ws('/', (SELECT count(*) FROM segment), (SELECT max(change) FROM segment_catalogue), (SELECT count(*) FROM athlete_standing))";

    private static readonly Dictionary<Actor, (string? Token, string Id)> People = [];
    private static readonly Dictionary<Target, string> Shared = [];
    private static StackFixture? _stack;
    private static int _neutrals;

    public static StackFixture Stack => _stack ?? throw new InvalidOperationException("The stack is not up.");

    /// <summary>Where the development issuer keeps its key: to sign what it never would.</summary>
    public static string KeyFile { get; private set; } = "";

    internal static Documents Documents { get; private set; } = null!;

    public static string? TokenOf(Actor actor) => People[actor].Token;

    public static string IdOf(Actor actor) => People[actor].Id;

    /// <summary>A club of the owner's.</summary>
    public static string Club { get; private set; } = "";

    /// <summary>A segment of the owner's.</summary>
    public static string Segment { get; private set; } = "";

    /// <summary>One that was for everyone.</summary>
    public static string DeletedActivity { get; private set; } = "";

    /// <summary>One that the owner has made.</summary>
    public static string Challenge { get; private set; } = "";

    /// <summary>An activity of the owner's that nobody changes.</summary>
    public static string SharedActivity(Target target) => Shared[target];

    /// <summary>Begun by the document's own example, so that the other examples fit it.</summary>
    public static async Task<string> MakeActivityAsync(Target target, string? token = null)
    {
        token ??= TokenOf(Actor.Owner)!;
        var create = Documents.Operations.Single(operation => operation.Id == "CreateActivity");
        var body = create.Examples.First().Body.DeepClone();
        body["visibility"] = target.Visibility;
        var made = await MustAsync(token, "POST", "/activities", body);
        var id = (string)made["id"]!;
        if (target.IsSaved)
        {
            var complete = JsonNode.Parse("""{"state":"COMPLETE","at":"2025-06-01T06:10:00.000Z"}""");
            await MustAsync(token, "PATCH", $"/activities/{id}", complete);
        }

        return id;
    }

    public static async Task<(string Token, string Id)> SignInAsync(string athlete)
    {
        var body = JsonNode.Parse($$"""{"athlete":"{{athlete}}","country":"SI"}""")!;
        var answer = await Sender.SendAsync(Stack.Gateway, "POST", "/dev/token", token: null, "application/json", body);
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        return ((string)answer.Json["accessToken"]!, (string)answer.Json["athleteId"]!);
    }

    /// <summary>By the document's own example.</summary>
    public static async Task<string> MakeSegmentAsync(string token)
    {
        var make = Documents.Operations.Single(operation => operation.Id == "CreateSegment");
        return (string)(await MustAsync(token, "POST", "/segments", make.Examples.First().Body))["id"]!;
    }

    /// <summary>Somebody whom nobody has to do with yet.</summary>
    public static async Task<string> NeutralAsync() =>
        (await SignInAsync($"neutral {Interlocked.Increment(ref _neutrals)}")).Id;

    /// <summary>Everything that a write could leave behind, as counts and versions.</summary>
    public static async Task<string> StoredAsync() =>
        $"{await AskAsync("activity", Stored)} {await AskAsync("athlete", StoredOfAthletes)} {await AskAsync("leaderboard", StoredOfChallenges)} "
        + await AskAsync("locallegend", StoredOfSegments);

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        _stack = await StackFixture.StartAsync((service, settings) =>
        {
            if (service == "gateway")
            {
                // Thousands of requests of one address are what the rates are there to stop; they have tests of their
                // own.
                settings["RateLimits__Enabled"] = "false";
                KeyFile = settings["DevelopmentIssuer__KeyFile"];
            }

            if (service == "feed")
            {
                // As in a container network, where the issuer's public name is not the one by which it is reached.
                settings["Authentication__Authority"] = settings["Authentication__Authority"]
                    .Replace("localhost", "127.0.0.1", StringComparison.Ordinal);
            }
        });
        Documents = await Documents.ReadAsync();
        foreach (var actor in Enum.GetValues<Actor>().Where(actor => actor != Actor.Nobody))
        {
            People[actor] = await SignInAsync($"{actor}");
        }

        People[Actor.Nobody] = (null, Guid.Empty.ToString());
        People[Actor.Admin] = (Tokens.WithRoles(TokenOf(Actor.Admin)!), IdOf(Actor.Admin));
        await MustAsync(TokenOf(Actor.Owner)!, "PUT", $"/athletes/me/friends/{IdOf(Actor.Friend)}", body: null);
        await MustAsync(TokenOf(Actor.Friend)!, "PUT", $"/athletes/me/friends/{IdOf(Actor.Owner)}", body: null);
        foreach (var target in Target.All)
        {
            Shared[target] = await MakeActivityAsync(target);
        }

        var make = Documents.Operations.Single(operation => operation.Id == "CreateChallenge");
        Challenge = (string)(await MustAsync(TokenOf(Actor.Owner)!, "POST", "/challenges", make.Examples.First().Body))["id"]!;
        var club = JsonNode.Parse("""{"name":"Access","sport":"RUN"}""");
        Club = (string)(await MustAsync(TokenOf(Actor.Owner)!, "POST", "/clubs", club))["id"]!;
        Segment = await MakeSegmentAsync(TokenOf(Actor.Owner)!);
        DeletedActivity = await MakeActivityAsync(new Target("EVERYONE", true));
        await Sender.SendAsync(Stack.Gateway, "DELETE", $"/activities/{DeletedActivity}", TokenOf(Actor.Owner));

        await Eventually.HoldsAsync(async () => (await Sender.SendAsync(
            Stack.Gateway, "GET", $"/segments/{Segment}/local-legend", TokenOf(Actor.Owner))).Status == 200);

        // The friendship has come to Activity, and what it shows to the feed.
        var forFriends = Shared[new Target("FRIENDS", true)];
        await Eventually.HoldsAsync(async () => (await Sender.SendAsync(
            Stack.Gateway, "GET", $"/activities/{forFriends}", TokenOf(Actor.Friend))).Status == 200);
        await Eventually.HoldsAsync(async () => (await Sender.SendAsync(
            Stack.Gateway, "GET", "/activities?mode=FRIENDS", TokenOf(Actor.Friend))).Json.AsArray().Count >= 2);
    }

    [OneTimeTearDown]
    public static async Task StopAsync()
    {
        if (_stack is not null)
        {
            await Figures.TellAsync();
            await _stack.DisposeAsync();
        }
    }

    private static async Task<JsonNode> MustAsync(string token, string method, string path, JsonNode? body)
    {
        var answer = await Sender.SendAsync(Stack.Gateway, method, path, token, "application/json", body);
        Assert.That(answer.IsSuccess, $"{method} {path}: {answer.Status} {answer.Text}");
        return answer.Json;
    }

    private static async Task<string> AskAsync(string service, string sql)
    {
        await using var connection = new NpgsqlConnection(Stack.Database(service));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
