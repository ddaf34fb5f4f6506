using System.Diagnostics;
using Npgsql;
using Strava.ServiceDefaults;

namespace Strava.Activities.Sharding;

/// <summary>
/// Where each virtual shard is, as the control database said last. A node that has not heard yet writes to the old
/// database and is refused there; it then asks at once. While the control database is away nothing moves, and the map
/// holds.
/// </summary>
internal sealed class ShardMap(NpgsqlDataSource control)
{
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();

    // Replaced as a whole under the lock, read without it.
    private volatile string?[] _names = new string?[VirtualShard.Count];
    private long _epoch;
    private long _readAt = Stopwatch.GetTimestamp();

    /// <summary>The name of the database.</summary>
    /// <exception cref="UnavailableException">The map has not been read, or there is none yet.</exception>
    public string NameOf(int virtualShard) => _names[virtualShard]
        ?? throw new UnavailableException("This server does not know yet where its athletes are; send the same request again.");

    /// <summary>
    /// The control database has not answered for so long that what left an old place may be removed there.
    /// </summary>
    public bool IsOld => Stopwatch.GetElapsedTime(Interlocked.Read(ref _readAt)) > Trusted;

    /// <summary>Reads what is newer than what is known: as a rule nothing.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await using var command = control.CreateCommand("SELECT virtual_shard, database, epoch FROM shard_map WHERE epoch > $1");
        command.Parameters.Add(new() { Value = Interlocked.Read(ref _epoch) });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var news = new List<(int VirtualShard, string Name, long Epoch)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            news.Add((rows.GetInt32(0), rows.GetString(1), rows.GetInt64(2)));
        }

        Interlocked.Exchange(ref _readAt, Stopwatch.GetTimestamp());
        if (news.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            // Of two who read at once the one that saw less may come last: it takes nothing back.
            var names = _names.ToArray();
            foreach (var (virtualShard, name, _) in news.Where(one => one.Epoch > _epoch))
            {
                names[virtualShard] = name;
            }

            _names = names;
            _epoch = Math.Max(_epoch, news.Max(one => one.Epoch));
        }
    }
}
