namespace Strava.Activities.Sharding.Moving;

/// <summary>
/// Before a virtual shard leaves the first database: what was made there when it was the only one has no claim yet, and
/// would not be found elsewhere. Safe to repeat.
/// </summary>
internal static class ShardHomes
{
    private const int PageSize = 1_000;

    public static async Task ClaimAllAsync(Shards shards, int virtualShard, CancellationToken cancellationToken)
    {
        var (source, last) = (shards.Named(shards.Map.NameOf(virtualShard)).Database, Guid.Empty);
        while (true)
        {
            var page = await source.ListAsync(
                "SELECT id, athlete_id FROM activity WHERE virtual_shard_of(athlete_id) = $1 AND id > $2 ORDER BY id LIMIT $3",
                row => (Id: row.GetGuid(0), AthleteId: row.GetGuid(1)),
                cancellationToken,
                virtualShard,
                last,
                PageSize);
            foreach (var home in page.GroupBy(activity => shards.Of(activity.Id)))
            {
                var claimed = await home.Key.Database.ListAsync(
                    "SELECT activity_id, athlete_id FROM activity_home WHERE activity_id = ANY($1)",
                    row => (Id: row.GetGuid(0), AthleteId: row.GetGuid(1)),
                    cancellationToken,
                    home.Select(activity => activity.Id).ToArray());
                foreach (var (id, athleteId) in home.Except(claimed))
                {
                    if (await shards.Homes!.InsertAsync(id, athleteId, cancellationToken) != athleteId)
                    {
                        throw new ShardMoveException($"Activity {id} is in the shard of an athlete who has no claim to it.");
                    }
                }
            }

            if (page.Count < PageSize)
            {
                return;
            }

            last = page[^1].Id;
        }
    }
}
