using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Strava.Testing;

/// <summary>
/// Ports for servers of a test run. They lie below the range that outgoing connections take theirs from (32768 and up):
/// a killed server must find its port free when it starts again.
/// </summary>
public static class FreePort
{
    private const int Lowest = 20_000;
    private const int Highest = 32_000;
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
#pragma warning disable CA5394 // Nothing secret about a port.
            var port = Random.Shared.Next(Lowest, Highest);
#pragma warning restore CA5394
            if (IsFree(port) && Given.TryAdd(port, true))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No free port between {Lowest} and {Highest}.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
