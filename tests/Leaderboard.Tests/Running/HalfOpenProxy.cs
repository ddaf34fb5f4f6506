using System.Net;
using System.Net.Sockets;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>
/// Stands between a client and a server; at <see cref="Cut"/> the connections that there are go dead without a word, as
/// behind a firewall that has forgotten them. New ones work.
/// </summary>
internal sealed class HalfOpenProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly List<Socket> _sockets = [];
    private CancellationTokenSource _alive = new();

    public HalfOpenProxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut() => Interlocked.Exchange(ref _alive, new CancellationTokenSource()).Cancel();

    public void Dispose()
    {
        _alive.Cancel();
        _listener.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptSocketAsync();
            var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await server.ConnectAsync(IPAddress.Loopback, _target);
            _sockets.AddRange(client, server);
            _ = PumpAsync(client, server, _alive.Token);
            _ = PumpAsync(server, client, _alive.Token);
        }
    }

    // Cancelled it leaves both sockets open: nobody is told anything.
    private static async Task PumpAsync(Socket from, Socket to, CancellationToken alive)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, alive) is > 0 and var read)
            {
                await to.SendAsync(buffer.AsMemory(0, read), alive);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Its end, whichever.
        }
    }
}
