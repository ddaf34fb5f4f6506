using Microsoft.AspNetCore.Http.Features;
using Npgsql;
using Strava.Activities.Archive;
using Strava.ServiceDefaults;

namespace Strava.Activities.Sharding;

/// <summary>The databases of this service, and which of them an athlete's activities are in.</summary>
internal sealed class Shards : IAsyncDisposable
{
    private readonly IHttpContextAccessor? _requests;
    private readonly Dictionary<string, Shard> _byName;

    public Shards(NpgsqlDataSource home, IConfiguration configuration, IServiceProvider services, TimeProvider clock)
    {
        var (points, store) = (services.GetService<PointArchive>(), services.GetService<IObjectStore>());
        var further = ShardOptions.In(configuration);
        Map = new ShardMap(home);
        Homes = further.Count == 0 ? null : new ActivityHomes(this);
        All =
        [
            ShardOf(
                Shard.Home, home, configuration.GetConnectionString("Maintenance") ?? configuration.GetConnectionString("Postgres")!),
            .. further.Select(one => ShardOf(
                one.Name, services.GetRequiredKeyedService<NpgsqlDataSource>(one.Name), one.Maintenance)),
        ];
        _byName = All.ToDictionary(shard => shard.Name);
        _requests = services.GetService<IHttpContextAccessor>();

        Shard ShardOf(string name, NpgsqlDataSource database, string maintenance) => new(
            name,
            database,
            clock,
            points,
            store is null ? null : new ShardArchive(new ArchiveDatabase(maintenance), store, clock),
            Homes)
        {
            Maintenance = maintenance,
        };
    }

    /// <summary>The first is <see cref="Home"/>.</summary>
    public IReadOnlyList<Shard> All { get; }

    /// <summary>The first database; it also holds the map.</summary>
    public Shard Home => All[0];

    /// <summary>With one database there is nothing to ask for, to claim or to fence.</summary>
    public bool AreSeveral => All.Count > 1;

    public ShardMap Map { get; }

    /// <summary>Whose an activity is; <c>null</c> with one database.</summary>
    public ActivityHomes? Homes { get; }

    public Shard Named(string name) => _byName.TryGetValue(name, out var shard)
        ? shard
        : throw new UnavailableException($"This server does not know the database {name} of the map; its configuration is behind.");

    /// <summary>Where an athlete's rows are; likewise what is placed by an activity's id.</summary>
    public Shard Of(Guid id) => AreSeveral ? Named(Map.NameOf(VirtualShard.Of(id))) : Home;

    /// <summary>Where the request that is being answered belongs; <see cref="RequestShards"/> says.</summary>
    public Shard OfRequest() => AreSeveral
        ? _requests!.HttpContext?.Features.Get<Shard>()
            ?? throw new InvalidOperationException("Outside of an athlete's request: ask for the athlete's shard, or for each.")
        : Home;

    /// <summary>Where the caller's idempotency keys are: with the effects of the caller's requests.</summary>
    public NpgsqlDataSource DatabaseOfRequest(HttpContext context) =>
        AreSeveral ? context.Features.GetRequiredFeature<Shard>().Database : Home.Database;

    public async ValueTask DisposeAsync()
    {
        Homes?.Dispose();
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
