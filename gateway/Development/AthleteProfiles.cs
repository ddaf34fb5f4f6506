using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Strava.ServiceDefaults;
using Yarp.ReverseProxy;

namespace Strava.Gateway.Development;

/// <summary>Only what was given is sent: a PATCH leaves an earlier country as it is.</summary>
internal sealed record AthleteProfile(string Name, string? Country, string? Region, string? City);

/// <summary>Makes a demo athlete the way its own phone would: PATCH /athletes/me with its own token.</summary>
internal sealed class AthleteProfiles(HttpClient http, IProxyStateLookup routes, ILogger<AthleteProfiles> logger)
{
    private const string Cluster = "athlete";

    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static void Configure(HttpClient http)
    {
        http.Timeout = TimeSpan.FromSeconds(10);
        http.MaxResponseContentBufferSize = 1024 * 1024;
    }

    /// <returns>Null when saved; else what to answer. Safe to repeat: the same values change nothing.</returns>
    public async Task<ProblemHttpResult?> SaveAsync(
        string token, AthleteProfile profile, CancellationToken cancellationToken)
    {
        if (!routes.TryGetCluster(Cluster, out var cluster) || cluster.Destinations.IsEmpty)
        {
            return Unavailable();
        }

        var address = new Uri(cluster.Destinations.First().Value.Model.Config.Address);
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri(address, "/athletes/me"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = JsonContent.Create(profile, options: Json);
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode ? null : await ExplainAsync(response, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException
            or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning("The Athlete service cannot be reached: {Reason}", exception.Message);
            return Unavailable();
        }
    }

    private async Task<ProblemHttpResult> ExplainAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        logger.LogWarning("The Athlete service answered {Status}: {Body}", (int)response.StatusCode, body);
        if (response.StatusCode is not (HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity))
        {
            return Unavailable();
        }

        try
        {
            var problem = JsonSerializer.Deserialize<ProblemDetails>(body, Json);
            return Problems.Impossible("athlete", problem?.Detail ?? "The Athlete service refuses this profile.");
        }
        catch (JsonException)
        {
            return Problems.Impossible("athlete", "The Athlete service refuses this profile.");
        }
    }

    private static ProblemHttpResult Unavailable()
    {
        return Problems.Unavailable("Athletes cannot be made for a moment; send the same request again.");
    }
}
