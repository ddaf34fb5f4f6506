using Npgsql;
using Strava.Leaderboards.Launch;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// For whom entries are written: <c>Launch:Challenges:Writes</c>, and those of one challenge above it. Who is not
/// written for has no entry. A killed challenge is left as it is: its marks wait, and it does not close.
/// </summary>
internal sealed class ChallengeLaunch(NpgsqlDataSource database, LaunchSwitches switches)
{
    // By the last look, each second.
    private volatile int[] _killed = [];

    /// <summary>Numbers of those that nothing is written to.</summary>
    public int[] Killed => _killed;

    public ValueTask<bool> IsWrittenAsync(ChallengeMark mark) =>
        switches.IsOnAsync(LaunchFeature.Challenge(mark.ChallengeId), LaunchPart.Writes, mark.AthleteId);

    /// <summary>
    /// Marks everybody of a challenge that is written for others than before: once O(participants). A look costs the
    /// open challenges. Safe to repeat: the marks and what they stand for are one transaction.
    /// </summary>
    public async Task FollowAsync(CancellationToken cancellationToken)
    {
        var killed = new List<int>();
        foreach (var (number, id, writtenFor) in await UnfinishedAsync(cancellationToken))
        {
            var challenge = LaunchFeature.Challenge(id);
            var fingerprint = switches.FingerprintOf(challenge, LaunchPart.Writes);
            if (switches.IsKilled(challenge))
            {
                killed.Add(number);
            }
            else if (fingerprint != writtenFor)
            {
                await MarkAllAsync(number, fingerprint, cancellationToken);
            }
        }

        _killed = [.. killed];
    }

    private async Task<List<(int Number, Guid Id, string WrittenFor)>> UnfinishedAsync(
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT number, id, written_for FROM challenge WHERE state < 3");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var challenges = new List<(int, Guid, string)>();
        while (await rows.ReadAsync(cancellationToken))
        {
            challenges.Add((rows.GetInt32(0), rows.GetGuid(1), rows.GetString(2)));
        }

        return challenges;
    }

    private async Task MarkAllAsync(int number, string fingerprint, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            WITH said AS (UPDATE challenge SET written_for = $2 WHERE number = $1 AND state < 3 RETURNING number)
            {ChallengeMarks.MarkParticipants}
            """);
        command.CommandTimeout = 120;
        command.Parameters.Add(new() { Value = number });
        command.Parameters.Add(new() { Value = fingerprint });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
