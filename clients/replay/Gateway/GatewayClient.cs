using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strava.Replay.Gateway;

/// <summary>
/// All calls to the stack. Each has a timeout; 429 and 503 are waited out as the server asks, within bounds. Sending
/// again is safe because every write that this program makes names its own id.
/// </summary>
internal sealed class GatewayClient : IDisposable
{
    private const int MostAttempts = 6;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;

    public GatewayClient(Uri address)
        : this(address, new SocketsHttpHandler { ConnectTimeout = ConnectTimeout }, TimeProvider.System)
    {
    }

    internal GatewayClient(Uri address, HttpMessageHandler handler, TimeProvider clock)
    {
        _clock = clock;
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = CallTimeout };
    }

    public Uri Address => _http.BaseAddress!;

    public static JsonSerializerOptions Json { get; } =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="request">Makes the request; called once an attempt, since a sent one cannot be sent again.</param>
    /// <param name="cancellationToken">Ends the waiting too.</param>
    /// <returns>The answer, read whole, whatever its status.</returns>
    /// <exception cref="ReplayFailureException">No answer came.</exception>
    public async Task<Answer> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var message = request();
            using var response = await SendOnceAsync(message, cancellationToken);
            if (attempt == MostAttempts
                || response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
            {
                var body = await ReadAsync(response, cancellationToken);
                return new Answer(message.Method, message.RequestUri!, response.StatusCode, body);
            }

            await Task.Delay(WaitBefore(response, attempt), _clock, cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpRequestMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(message, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError)
        {
            throw new ReplayFailureException(
                $"Nothing answers at {Address}: start the stack with make run, or name its address with --gateway.");
        }
        catch (HttpRequestException exception)
        {
            throw new ReplayFailureException(
                $"The connection broke in {message.Method} {message.RequestUri} ({exception.Message}): "
                + "look at make logs, then run this again.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ReplayFailureException(
                $"{message.Method} {message.RequestUri} had no answer within {CallTimeout.TotalSeconds} s: "
                + "look at make logs, then run this again.");
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        await response.Content.ReadAsStringAsync(cancellationToken);

    private TimeSpan WaitBefore(HttpResponseMessage response, int attempt)
    {
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _clock.GetUtcNow(),
            _ => TimeSpan.FromSeconds(attempt),
        };
        return asked <= TimeSpan.Zero ? TimeSpan.FromMilliseconds(100) : asked < LongestWait ? asked : LongestWait;
    }
}
