using Npgsql;
using Strava.Activities.Activities;
using Strava.Activities.Archive;
using Strava.Activities.Imports;
using Strava.Activities.Live;
using Strava.Activities.Viewing;
using Strava.EventStore;

namespace Strava.Activities.Sharding;

/// <summary>
/// One database, and everything that works on it alone. Each athlete's activities lie in one of them.
/// </summary>
/// <param name="name">Of the database among the shards.</param>
/// <param name="database">As the service sees it.</param>
/// <param name="clock">The clock.</param>
/// <param name="points">Fetches archived points; <c>null</c>: there is no archive.</param>
/// <param name="archive">Moves points to the archive and back; <c>null</c> likewise.</param>
/// <param name="homes">Whose activities are whose; <c>null</c>: there is no other database.</param>
internal sealed class Shard(
    string name,
    NpgsqlDataSource database,
    TimeProvider clock,
    PointArchive? points,
    ShardArchive? archive,
    ActivityHomes? homes)
{
    /// <summary>The name of the first database, by <c>ConnectionStrings:Postgres</c>.</summary>
    public const string Home = "home";

    public string Name => name;

    public NpgsqlDataSource Database => database;

    /// <summary>A connection as the maintenance role, who alone may move and archive.</summary>
    public required string Maintenance { get; init; }

    /// <summary>Of commits to this database.</summary>
    public CommitSignal Signal { get; } = new();

    public EventReader Reader { get; } = new(database, ActivityEventTypes.All);

    public ActivityStore Store => field ??= new ActivityStore(database, Reader, Signal, clock, points);

    public RecordingStore Recordings => field ??= new RecordingStore(this, clock);

    public ImportStore Imports => field ??= new ImportStore(this, clock);

    public LiveBuffer Live => field ??= new LiveBuffer(database, Store);

    public ViewingPolicy Viewing { get; } = new(database);

    public ShardArchive? Archive => archive;

    /// <summary>
    /// Before an activity's stream is made: its id is this athlete's, in all databases. Safe to repeat; a claim without
    /// a stream does no harm. With one database the stream's own key says it.
    /// </summary>
    /// <returns>False when another athlete was first.</returns>
    public async ValueTask<bool> ClaimAsync(Guid activityId, Guid athleteId, CancellationToken cancellationToken) =>
        homes is null || await homes.ClaimAsync(activityId, athleteId, cancellationToken);
}
