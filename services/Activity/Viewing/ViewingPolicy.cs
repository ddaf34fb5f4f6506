using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Timing;

namespace Strava.Activities.Viewing;

/// <summary>
/// Who may see an activity, answered from this service's own copy of friendships. It fails closed: a friendship that
/// has not come is none, and after an unfriending the copy decides.
/// </summary>
internal sealed class ViewingPolicy(NpgsqlDataSource database)
{
    public async Task<bool> MaySeeAsync(Guid viewerId, Activity activity, CancellationToken cancellationToken)
    {
        if (activity.Deleted)
        {
            return false;
        }

        return (activity.AthleteId == viewerId, activity.Visibility, activity.State) switch
        {
            (true, _, _) => true,
            (_, Visibility.OnlyMe, _) => false,
            (_, Visibility.Everyone, ActivityState.Complete) => true,
            // What is still being recorded tells where somebody is now: friends only, whatever its visibility will be.
            _ => await AreFriendsAsync(viewerId, activity.AthleteId, cancellationToken),
        };
    }

    private async Task<bool> AreFriendsAsync(Guid one, Guid other, CancellationToken cancellationToken)
    {
        var (a, b) = FriendshipChanged.Order(one, other);
        await using var command = database.CreateCommand(
            "SELECT are_friends FROM friendship_copy WHERE athlete_a = $1 AND athlete_b = $2");
        command.Parameters.Add(new() { Value = a });
        command.Parameters.Add(new() { Value = b });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
