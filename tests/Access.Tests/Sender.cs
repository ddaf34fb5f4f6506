using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Strava.Access;

/// <summary>What came back.</summary>
internal sealed record Answer(int Status, string? MediaType, string Text, IReadOnlySet<string> HeaderNames)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    public JsonNode Json => JsonNode.Parse(Text)!;
}

/// <summary>Sends requests as one of the actors, through either door.</summary>
internal static class Sender
{
    public static async Task<Answer> SendAsync(
        HttpClient door, string method, string path, string? token, string? mediaType = null, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : Content(mediaType!, body);
        using var answer = await door.SendAsync(request);
        return new Answer(
            (int)answer.StatusCode,
            answer.Content.Headers.ContentType?.MediaType,
            await answer.Content.ReadAsStringAsync(),
            answer.Headers.Select(header => header.Key).ToHashSet());
    }

    public static HttpClient ClientOf(string service, Door door) =>
        door == Door.Gateway ? World.Stack.Gateway : World.Stack[service].Client;

    /// <summary>A form's example is an object with its fields, as the documentation page reads it too.</summary>
    private static HttpContent Content(string mediaType, JsonNode body)
    {
        if (mediaType != "multipart/form-data")
        {
            return new StringContent(body.ToJsonString(), Encoding.UTF8, mediaType);
        }

        var form = new MultipartFormDataContent();
        foreach (var (name, value) in body.AsObject())
        {
            var field = new StringContent((string)value!);
            if (name == "file")
            {
                form.Add(field, name, "recording.gpx");
            }
            else
            {
                form.Add(field, name);
            }
        }

        return form;
    }
}
