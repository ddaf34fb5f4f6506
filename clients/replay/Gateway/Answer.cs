using System.Net;
using System.Text.Json;

namespace Strava.Replay.Gateway;

/// <summary>What the gateway said.</summary>
internal sealed record Answer(HttpMethod Method, Uri Address, HttpStatusCode Status, string Body)
{
    public bool IsCreated => Status == HttpStatusCode.Created;

    public bool IsConflict => Status == HttpStatusCode.Conflict;

    /// <summary>The problem's own words.</summary>
    public string Problem => ProblemSentence.From(Body);

    /// <exception cref="ReplayFailureException">The call was refused.</exception>
    public Answer OrFail()
    {
        return (int)Status is >= 200 and < 300 ? this : throw new ReplayFailureException(
            $"{Method} {Address} was answered with {(int)Status}: {Problem} "
            + "(The services' side of it: make logs NOFOLLOW=1)");
    }

    public T Read<T>()
    {
        try
        {
            return JsonSerializer.Deserialize<T>(OrFail().Body, GatewayClient.Json)
                ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new ReplayFailureException(
                $"{Method} {Address} gave an answer that this version cannot read ({exception.Message}): "
                + "build client and stack anew with make build.");
        }
    }
}
