using System.Net.Sockets;
using System.Text;

namespace Strava.Gateway.Tests;

/// <summary>A bare connection, for those who send slowly, too much, or nothing.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));
    private readonly TcpClient _client = new();

    public RawConnection(Uri address)
    {
        _client.Connect(address.Host, address.Port);
    }

    public Task WriteAsync(string text)
    {
        return _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), _patience.Token).AsTask();
    }

    /// <summary>Until the server closes the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await _client.GetStream().ReadAsync(buffer, _patience.Token) is > 0 and var count)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, count));
            }
        }
        catch (IOException)
        {
            // A reset also ends it.
        }

        return answer.ToString();
    }

    public async Task<string> ReadSomeAsync()
    {
        var buffer = new byte[4096];
        try
        {
            var count = await _client.GetStream().ReadAsync(buffer, _patience.Token);
            return Encoding.UTF8.GetString(buffer, 0, count);
        }
        catch (IOException)
        {
            return "";
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _patience.Dispose();
    }
}
