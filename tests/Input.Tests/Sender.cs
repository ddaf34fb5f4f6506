using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Strava.Inputs;

/// <summary>What came back.</summary>
internal sealed record Answer(int Status, string? MediaType, string Text);

/// <summary>Sends a case through the gateway.</summary>
internal static class Sender
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task<Answer> SendAsync(InputCase one) => one.Raw is null ? ThroughClientAsync(one) : BareAsync(World.Fill(one.Raw));

    public static HttpRequestMessage Request(InputCase one)
    {
        // As it is written: what the Uri class would tidy up (dots, %2f) is often the very case.
        var address = new Uri(World.Gateway.GetLeftPart(UriPartial.Authority) + World.Fill(one.Path), new UriCreationOptions
        {
            DangerousDisablePathAndQueryCanonicalization = true,
        });
        var request = new HttpRequestMessage(new HttpMethod(one.Method), address);
        if (!one.Headers.ContainsKey("Authorization"))
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {World.Token}");
        }

        if (one.Body is not null)
        {
            // Too large a body is refused before it is sent; who sends it all the same finds the connection closed.
            request.Headers.ExpectContinue = one.Body.Length > 1_000_000;
            request.Content = new ByteArrayContent(Filled(one.Body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", one.ContentType);
        }

        foreach (var (name, value) in one.Headers)
        {
            if (value.Length > 0 && !request.Headers.TryAddWithoutValidation(name, World.Fill(value)))
            {
                request.Content!.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    private static async Task<Answer> ThroughClientAsync(InputCase one)
    {
        using var request = Request(one);
        using var answer = await World.Stack.Gateway.SendAsync(request);
        return new Answer(
            (int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>
    /// Latin-1 keeps every byte, so that a body may be anything and its words are filled all the same.
    /// </summary>
    private static byte[] Filled(byte[] body) => body.Length > 1_000_000 ? body : Encoding.Latin1.GetBytes(World.Fill(Encoding.Latin1.GetString(body)));

    private static async Task<Answer> BareAsync(string message)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(World.Gateway.Host, World.Gateway.Port, patience.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(message.ReplaceLineEndings("\r\n")), patience.Token);
        var buffer = new byte[64 * 1024];
        var read = await stream.ReadAsync(buffer, patience.Token);
        var text = Encoding.UTF8.GetString(buffer, 0, read);
        var mediaType = text.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase));
        return new Answer(
            text.Length > 12 && int.TryParse(text.AsSpan(9, 3), out var status) ? status : 0,
            mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType["Content-Type:".Length..].Trim()).MediaType,
            text);
    }
}
