using System.Net;
using System.Text.Json;

namespace Strava.EndToEnd;

/// <summary>What came back through the gateway.</summary>
internal sealed record Answer(HttpStatusCode Status, string ContentType, string Text)
{
    public JsonElement Body { get; } = Parse(Text);

    public long Version => Body.GetProperty("version").GetInt64();

    public Guid Id => Body.GetProperty("id").GetGuid();

    public double Number(string member) => Body.GetProperty(member).GetDouble();

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    public static async Task<Answer> FromAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        response.Content.Headers.ContentType?.MediaType ?? "",
        await response.Content.ReadAsStringAsync());

    /// <summary>Fails the test with the whole answer when the status is another.</summary>
    public Answer Expect(HttpStatusCode status)
    {
        Assert.That(Status, Is.EqualTo(status), Text);
        return this;
    }

    /// <summary>
    /// For what is asked again until it holds: NUnit would remember a failed assertion although the next try holds.
    /// </summary>
    public Answer OrThrow() =>
        Status == HttpStatusCode.OK ? this : throw new HttpRequestException($"{(int)Status}: {Text}");

    private static JsonElement Parse(string text)
    {
        try
        {
            return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
