using System.Net.Http.Headers;
using Npgsql;

namespace Strava.Inputs;

/// <summary>
/// Everything that a request could leave behind, as counts and versions: equal before and after a refusal.
/// </summary>
internal sealed record Stored(string Activity, string Athlete, string Leaderboard, string LocalLegend, string List)
{
    private const string OfActivity =
        """
        SELECT concat_ws('/', (SELECT count(*) FROM mt_events), (SELECT coalesce(sum(version), 0) FROM mt_streams), (SELECT count(*) FROM activity),
            (SELECT count(*) FROM route_chunk), (SELECT count(*) FROM imported_file))
        """;

    private const string OfAthlete =
        """
        SELECT concat_ws('/', (SELECT count(*) FROM profile), (SELECT coalesce(sum(version), 0) FROM profile),
            (SELECT coalesce(sum(version), 0) FROM friendship))
        """;

    private const string OfLeaderboard =
        """
        SELECT concat_ws('/', (SELECT count(*) FROM club), (SELECT coalesce(sum(version), 0) FROM club_member),
            (SELECT count(*) FROM challenge), (SELECT count(*) FROM challenge_participant))
        """;

    private const string OfLocalLegend =
        """
        SELECT concat_ws('/', (SELECT count(*) FROM segment), (SELECT max(change) FROM segment_catalogue), (SELECT count(*) FROM athlete_standing),
            (SELECT string_agg(name, ',' ORDER BY number) FROM segment))
        """;

    public static async Task<Stored> NowAsync()
    {
        // At the service itself: the gateway's rates are not to be used up by looking.
        using var request = new HttpRequestMessage(HttpMethod.Get, "/activities?mode=USER&pageSize=100")
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", World.Token) },
        };
        using var list = await World.Stack["activity"].Client.SendAsync(request);
        return new Stored(
            await AskAsync("activity", OfActivity),
            await AskAsync("athlete", OfAthlete),
            await AskAsync("leaderboard", OfLeaderboard),
            await AskAsync("locallegend", OfLocalLegend),
            await list.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
    }

    private static async Task<string> AskAsync(string service, string sql)
    {
        await using var connection = new NpgsqlConnection(World.Stack.Database(service));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
