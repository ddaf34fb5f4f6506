using System.Net;
using Npgsql;

namespace Strava.LocalLegends.Efforts;

/// <summary>Activity is away, or not known: the track is asked for again later.</summary>
internal sealed class TrackAwayException(string reason, Exception? cause = null) : Exception(reason, cause);

/// <summary>
/// Tracks that were too long for a message, from Activity's management port (<c>Activity:ManagementUrl</c>). What was
/// fetched is stored under the version that it had: repeating it stores the same.
/// </summary>
internal sealed class TrackClient(IHttpClientFactory clients, NpgsqlDataSource database)
{
    public static void Configure(IServiceProvider services, HttpClient http)
    {
        var url = services.GetRequiredService<IConfiguration>()["Activity:ManagementUrl"];
        http.BaseAddress = string.IsNullOrEmpty(url) ? null : new Uri(url);
        http.Timeout = TimeSpan.FromSeconds(10);
        // Five times what the most points of a track take.
        http.MaxResponseContentBufferSize = 16 * 1024 * 1024;
    }

    /// <exception cref="TrackAwayException">It could not be fetched now.</exception>
    public async Task FetchAsync(Guid activityId, long wantedVersion, CancellationToken cancellationToken)
    {
        using var http = clients.CreateClient(nameof(TrackClient));
        if (http.BaseAddress is null)
        {
            throw new TrackAwayException("Activity:ManagementUrl is not set");
        }

        var (version, points) = await AskAsync(http, activityId, wantedVersion, cancellationToken);
        if (version < wantedVersion)
        {
            throw new TrackAwayException($"it has version {version}, not yet {wantedVersion}");
        }

        await using var command = database.CreateCommand(
            """
            INSERT INTO fetched_track AS t (activity_id, version, points) VALUES ($1, $2, $3)
            ON CONFLICT (activity_id) DO UPDATE SET version = $2, points = $3 WHERE t.version <= $2
            """);
        command.Parameters.Add(new() { Value = activityId });
        command.Parameters.Add(new() { Value = version });
        command.Parameters.Add(new() { Value = points });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<(long Version, byte[] Points)> AskAsync(
        HttpClient http, Guid activityId, long wantedVersion, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(
                new Uri($"/internal/tracks/{activityId}", UriKind.Relative), cancellationToken);
            if (answer.StatusCode == HttpStatusCode.NotFound)
            {
                // Gone or hidden: the message that says so is on its way. Until then it is a track without points.
                return (wantedVersion, []);
            }

            answer.EnsureSuccessStatusCode();
            return long.TryParse(answer.Headers.ETag?.Tag.Trim('"'), out var version)
                ? (version, await answer.Content.ReadAsByteArrayAsync(cancellationToken))
                : throw new TrackAwayException("the answer has no version");
        }
        catch (Exception exception) when (exception is HttpRequestException
            or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new TrackAwayException(exception.Message, exception);
        }
    }
}
