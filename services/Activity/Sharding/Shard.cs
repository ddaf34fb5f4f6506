using Npgsql;
using Strava.Activities.Activities;
using Strava.Activities.Archive;
using Strava.Activities.Imports;
using Strava.Activities.Viewing;
using Strava.EventStore;

namespace Strava.Activities.Sharding;

/// <summary>One database, and everything that works on it alone. Each athlete's activities lie in one of them.</summary>
/// <param name="name">Of the database among the shards.</param>
/// <param name="database">As the service sees it.</param>
/// <param name="clock">The clock.</param>
/// <param name="points">Fetches archived points; <c>null</c>: there is no archive.</param>
/// <param name="archive">Moves points to the archive and back; <c>null</c> likewise.</param>
internal sealed class Shard(
    string name, NpgsqlDataSource database, TimeProvider clock, PointArchive? points, ShardArchive? archive)
{
    /// <summary>The name of the first database, by <c>ConnectionStrings:Postgres</c>.</summary>
    public const string Home = "home";

    public string Name => name;

    public NpgsqlDataSource Database => database;

    /// <summary>Of commits to this database.</summary>
    public CommitSignal Signal { get; } = new();

    public EventReader Reader { get; } = new(database, ActivityEventTypes.All);

    public ActivityStore Store => field ??= new ActivityStore(database, Reader, Signal, clock, points);

    public RecordingStore Recordings => field ??= new RecordingStore(database, Store, clock);

    public ImportStore Imports => field ??= new ImportStore(Store, Recordings, clock);

    public ViewingPolicy Viewing { get; } = new(database);

    public ShardArchive? Archive => archive;
}
