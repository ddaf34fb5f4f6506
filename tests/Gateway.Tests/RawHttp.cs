using System.Net.Sockets;
using System.Text;

namespace Strava.Gateway.Tests;

/// <summary>Requests that HttpClient is too polite to send.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Task<string> SendAsync(params string[] lines)
    {
        return SendAsync(World.Http.BaseAddress!, lines);
    }

    public static async Task<string> SendAsync(Uri address, params string[] lines)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, patience.Token);
        var stream = client.GetStream();
        var request = string.Join("\r\n", [.. lines, $"Host: {address.Authority}", "\r\n"]);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), patience.Token);

        // One read after a short answer's end: the chunk of length zero.
        var answer = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (!answer.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, patience.Token);
            if (count == 0)
            {
                break;
            }

            answer.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return answer.ToString();
    }
}
