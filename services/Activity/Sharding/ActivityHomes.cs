using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Strava.Activities.Sharding;

/// <summary>
/// Whose an activity is, when there are several databases: its id alone does not tell. Kept where the id's own virtual
/// shard is, so that it moves and spreads as all else does. A claim never changes, hence the memory of them needs no
/// forgetting.
/// </summary>
internal sealed class ActivityHomes(Shards shards) : IDisposable
{
    private const int MaxRemembered = 200_000;

    private const string OfHome = "SELECT athlete_id FROM activity_home WHERE activity_id = $1";

    private const string OfActivity = "SELECT athlete_id FROM activity WHERE id = $1";

    private readonly MemoryCache _remembered = new(new MemoryCacheOptions { SizeLimit = MaxRemembered });

    /// <returns><c>null</c>: nobody's.</returns>
    public async ValueTask<Guid?> FindAsync(Guid activityId, CancellationToken cancellationToken)
    {
        if (_remembered.TryGetValue(activityId, out Guid athleteId))
        {
            return athleteId;
        }

        if (await AskAsync(shards.Of(activityId).Database, OfHome, activityId, cancellationToken) is { } claimed)
        {
            return Remember(activityId, claimed);
        }

        // Made when there was one database: the first. Its claim is made up for now.
        return await AskAsync(shards.Home.Database, OfActivity, activityId, cancellationToken) is { } older
            ? Remember(activityId, await InsertAsync(activityId, older, cancellationToken))
            : null;
    }

    /// <summary>
    /// First wins: the insert of the second waits for the first, changes nothing, and the look after it finds the
    /// first.
    /// </summary>
    public async Task<bool> ClaimAsync(Guid activityId, Guid athleteId, CancellationToken cancellationToken)
    {
        var owner = await FindAsync(activityId, cancellationToken)
            ?? Remember(activityId, await InsertAsync(activityId, athleteId, cancellationToken));
        return owner == athleteId;
    }

    /// <summary>Whatever is remembered.</summary>
    /// <returns>Whose it is.</returns>
    public async Task<Guid> InsertAsync(Guid activityId, Guid athleteId, CancellationToken cancellationToken)
    {
        await using var batch = shards.Of(activityId).Database.CreateBatch();
        batch.BatchCommands.Add(new("INSERT INTO activity_home (activity_id, athlete_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        {
            Parameters = { new() { Value = activityId }, new() { Value = athleteId } },
        });
        batch.BatchCommands.Add(new(OfHome) { Parameters = { new() { Value = activityId } } });
        return (Guid)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    public void Dispose() => _remembered.Dispose();

    private static async Task<Guid?> AskAsync(
        NpgsqlDataSource database, string sql, Guid activityId, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of the two constants above.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = activityId });
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private Guid Remember(Guid activityId, Guid athleteId) =>
        _remembered.Set(activityId, athleteId, new MemoryCacheEntryOptions { Size = 1 });
}
