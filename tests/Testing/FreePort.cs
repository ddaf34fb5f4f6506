using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Strava.Testing;

/// <summary>
/// Ports for servers of a test run. They lie below the range that outgoing connections take theirs from (32768 and
/// up), and in a block that this process alone hands out (it holds the lock on the block's file): a killed server must
/// find its port free when it starts again, whatever other test runs start meanwhile.
/// </summary>
public static class FreePort
{
    private const int Lowest = 20_000;
    private const int BlockSize = 200;
    private const int Blocks = 60;
    private static readonly Lock Sync = new();
    private static readonly List<FileStream> Held = [];
    private static int _next;
    private static int _end;

    public static int Next()
    {
        lock (Sync)
        {
            while (true)
            {
                if (_next == _end)
                {
                    TakeBlock();
                }

                var port = _next++;
                if (IsFree(port))
                {
                    return port;
                }
            }
        }
    }

    private static void TakeBlock()
    {
        for (var attempt = 0; attempt < Blocks; attempt++)
        {
            // Begun at a place of its own, so that runs that see different temporary folders rarely meet.
            var block = (Environment.ProcessId + Held.Count + attempt) % Blocks;
            try
            {
                Held.Add(new FileStream(FileOf(block), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
                _next = Lowest + (block * BlockSize);
                _end = _next + BlockSize;
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Another run's; the next one may be free.
            }
        }

        throw new InvalidOperationException(
            $"No free ports between {Lowest} and {Lowest + (Blocks * BlockSize)}: too many test runs at once.");
    }

    private static string FileOf(int block) =>
        Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"strava-test-ports-{block}"));

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
