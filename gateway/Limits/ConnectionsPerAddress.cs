using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Strava.Gateway.Proxy;

namespace Strava.Gateway.Limits;

/// <summary>
/// Counts open connections by address, before any byte is read or any TLS is spoken. One caller can then never take all
/// of MaxConnections. A key lives as long as one of its connections.
/// </summary>
internal sealed class ConnectionsPerAddress(
    IOptions<ConnectionLimitOptions> limits, IOptions<TrustedProxyOptions> proxies)
{
    private readonly ConcurrentDictionary<string, int> _open = new();
    // Later than this is made: a fault in the list is told with all others, not by the server.
    private readonly Lazy<IPNetwork[]> _trusted = new(() => [.. proxies.Value.Networks()]);

    public ConnectionDelegate Limit(ConnectionDelegate next)
    {
        return connection => CountAsync(connection, next);
    }

    private async Task CountAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;

        // A proxy brings everybody's connections over its own address.
        if (address is null || Array.Exists(_trusted.Value, network => network.Contains(address)))
        {
            await next(connection);
            return;
        }

        var key = ClientAddress.Of(address);
        try
        {
            if (_open.AddOrUpdate(key, 1, (_, count) => count + 1) <= limits.Value.MaxConnectionsPerAddress)
            {
                await next(connection);
            }
            else
            {
                connection.Abort(new ConnectionAbortedException("Too many connections of one address."));
            }
        }
        finally
        {
            Leave(key);
        }
    }

    private void Leave(string key)
    {
        // Removes the pair (key, 0) and nothing else: a connection that came meanwhile keeps its count.
        if (_open.AddOrUpdate(key, 0, (_, count) => count - 1) == 0)
        {
            _open.TryRemove(new KeyValuePair<string, int>(key, 0));
        }
    }
}
