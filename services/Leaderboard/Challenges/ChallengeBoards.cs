using Npgsql;
using Strava.Contracts.Rest;

namespace Strava.Leaderboards.Challenges;

/// <summary>The board of a challenge, wherever it lies now.</summary>
internal sealed class ChallengeBoards(NpgsqlDataSource database)
{
    private readonly OpenBoard _open = new(database);
    private readonly FinalBoard _final = new(database);

    /// <returns><c>null</c>: the cursor is of a board that this one has replaced.</returns>
    public async Task<ChallengePage?> ReadAsync(
        ChallengeRow challenge,
        string country,
        int size,
        ChallengeCursor? after,
        long? viewer,
        CancellationToken cancellationToken)
    {
        if (after is { } cursor && cursor.Generation != challenge.Generation)
        {
            return null;
        }

        return challenge.State == ChallengeState.Final
            ? await _final.ReadAsync(
                (challenge.Number, challenge.Generation), country, size, after, viewer, cancellationToken)
            : await _open.ReadAsync(challenge.Number, country, size, after, viewer, cancellationToken);
    }

    public Task<long> RankAsync(
        ChallengeRow challenge, string country, long standing, CancellationToken cancellationToken) =>
        challenge.State == ChallengeState.Final
            ? _final.RankAsync((challenge.Number, challenge.Generation), country, standing, cancellationToken)
            : _open.RankAsync(challenge.Number, country, standing, cancellationToken);

    /// <summary>Whether an athlete was told to have reached the goal.</summary>
    public async Task<bool> HasCompletedAsync(int challenge, long athlete, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT EXISTS (SELECT FROM challenge_completion WHERE challenge = $1 AND athlete = $2)");
        command.Parameters.Add(new() { Value = challenge });
        command.Parameters.Add(new() { Value = athlete });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
