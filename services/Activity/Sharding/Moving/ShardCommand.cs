using System.Globalization;
using Npgsql;

namespace Strava.Activities.Sharding.Moving;

/// <summary>
/// <c>--shards</c> tells where the virtual shards are; <c>--move-shard V --to NAME [--keep SECONDS]</c> moves one. Ends
/// with 0; with 1 when something is wrong; with 130 when it was interrupted, and then it is undone, or the same command
/// completes it.
/// </summary>
internal static class ShardCommand
{
    private const int Failed = 1;
    private const int DefaultKeepSeconds = 30;

    /// <returns>True when the process was started for this, so that Main returns.</returns>
    public static async Task<bool> RunShardsIfAskedAsync(this WebApplication app, string[] args)
    {
        if (args.FirstOrDefault() is not ("--shards" or "--move-shard"))
        {
            return false;
        }

        await OneOffCommand.RunAsync(
            cancellationToken => RunAsync(app.Services, args, Console.Out, cancellationToken),
            "interrupted; --shards tells whether a move is left to complete");
        return true;
    }

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        IServiceProvider services, string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        var shards = services.GetRequiredService<Shards>();
        if (!shards.AreSeveral)
        {
            await output.WriteLineAsync("there is one database: set Shards__Databases__NAME for each other");
            return Failed;
        }

        switch (args)
        {
            case ["--shards"]:
                await ListAsync(shards, output, cancellationToken);
                return 0;
            case ["--move-shard", var text, "--to", var to, .. var more]
                when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var virtualShard)
                    && virtualShard < VirtualShard.Count
                    && shards.All.Any(shard => shard.Name == to)
                    && TryReadKeep(more, out var keep):
                return await MoveAsync(shards, virtualShard, to, keep, output, cancellationToken);
            default:
                await output.WriteLineAsync(
                    $"usage: --shards | --move-shard 0..{VirtualShard.Count - 1} --to {string.Join('|', shards.All.Select(shard => shard.Name))} [--keep SECONDS]");
                return Failed;
        }
    }

    private static async Task<int> MoveAsync(
        Shards shards, int virtualShard, string to, TimeSpan keep, TextWriter output, CancellationToken cancellationToken)
    {
        var databases = shards.All.ToDictionary(shard => shard.Name, shard => Patient(shard.Maintenance));
        try
        {
            await shards.Map.RefreshAsync(cancellationToken);
            await ShardHomes.ClaimAllAsync(shards, virtualShard, cancellationToken);
            await new ShardMover(databases, TimeProvider.System, keep, output.WriteLine).MoveAsync(virtualShard, to, cancellationToken);
            return 0;
        }
        catch (ShardMoveException reason)
        {
            await output.WriteLineAsync(reason.Message);
            return Failed;
        }
        finally
        {
            foreach (var database in databases.Values)
            {
                await database.DisposeAsync();
            }
        }
    }

    /// <summary>Copying takes as long as it takes; it can be interrupted.</summary>
    private static NpgsqlDataSource Patient(string connection) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { CommandTimeout = 0 });

    private static async Task ListAsync(Shards shards, TextWriter output, CancellationToken cancellationToken)
    {
        var control = shards.Home.Database;
        var counts = await control.ListAsync(
            "SELECT database, count(*) FROM shard_map GROUP BY database",
            row => (Name: row.GetString(0), Count: row.GetInt64(1)),
            cancellationToken);
        foreach (var shard in shards.All)
        {
            await output.WriteLineAsync($"{shard.Name}: {counts.Find(one => one.Name == shard.Name).Count} virtual shards");
        }

        foreach (var left in await control.ListAsync(
            "SELECT virtual_shard, source, target, begun_at FROM shard_move ORDER BY virtual_shard",
            row => $"moving {row.GetInt32(0)} from {row.GetString(1)} to {row.GetString(2)} since {row.GetFieldValue<DateTimeOffset>(3):u}",
            cancellationToken))
        {
            await output.WriteLineAsync(left);
        }
    }

    private static bool TryReadKeep(string[] more, out TimeSpan keep)
    {
        var seconds = DefaultKeepSeconds;
        var isRead = more is []
            || (more is ["--keep", var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seconds));
        keep = TimeSpan.FromSeconds(seconds);
        return isRead;
    }
}
