using Npgsql;
using Strava.Activities.Archive;

namespace Strava.Activities.Sharding;

/// <summary>The databases of this service.</summary>
internal sealed class Shards : IAsyncDisposable
{
    public Shards(NpgsqlDataSource home, IConfiguration configuration, IServiceProvider services, TimeProvider clock)
    {
        var archive = services.GetService<IObjectStore>() is { } store
            ? new ShardArchive(
                new ArchiveDatabase(configuration.GetConnectionString("Maintenance") ?? configuration.GetConnectionString("Postgres")!),
                store,
                clock)
            : null;
        All = [new Shard(Shard.Home, home, clock, services.GetService<PointArchive>(), archive)];
    }

    /// <summary>The first is <see cref="Home"/>.</summary>
    public IReadOnlyList<Shard> All { get; }

    public Shard Home => All[0];

    public Shard Named(string name) => All.First(shard => shard.Name == name);

    /// <summary>Where the request that is being answered belongs.</summary>
    public Shard OfRequest() => Home;

    public async ValueTask DisposeAsync()
    {
        foreach (var shard in All)
        {
            shard.Signal.Dispose();
            if (shard.Archive is { } archive)
            {
                await archive.Database.DisposeAsync();
            }
        }
    }
}
