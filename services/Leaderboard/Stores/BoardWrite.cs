using System.Numerics;
using StackExchange.Redis;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Stores;

/// <summary>By which a batch may write: see LeasedApplier.</summary>
/// <param name="Token">A newer one that has written refuses it.</param>
/// <param name="Deadline">Milliseconds by Redis's clock.</param>
internal readonly record struct WriteRight(long Token, long Deadline);

/// <summary>A board as it lies in Redis.</summary>
/// <param name="Keys">Its fence, its sorted sets, and last the hash, if it has one: all in one slot.</param>
/// <param name="HasHash">Of what is shown beside.</param>
/// <param name="ExpiresAt">Then it is neither kept nor written; <c>null</c>: never.</param>
internal sealed record StoredBoard(RedisKey[] Keys, bool HasHash, DateTimeOffset? ExpiresAt);

/// <summary>What entries of one board are to be.</summary>
internal readonly record struct BoardWrite<TEntry>(StoredBoard Board, IReadOnlyCollection<TEntry> Entries);

/// <summary>How an entry is written.</summary>
/// <param name="Athlete">Whose.</param>
/// <param name="IsSet">False: it is taken off.</param>
/// <param name="Scores">One for each sorted set, in the order of the keys.</param>
/// <param name="Shown">For the hash.</param>
internal sealed record EntryShape<TEntry>(
    Func<TEntry, long> Athlete,
    Func<TEntry, bool> IsSet,
    IReadOnlyList<Func<TEntry, long>> Scores,
    Func<TEntry, string>? Shown)
{
    /// <summary>That an entry is in.</summary>
    public int Keys { get; } = Scores.Count + (Shown is null ? 0 : 1);

    /// <summary>Of <see cref="StoreScripts.Write"/>.</summary>
    public RedisValue[] Arguments(WriteRight right, StoredBoard board, ArraySegment<TEntry> entries)
    {
        var partitions = 0u;
        var (set, gone) = (new List<TEntry>(entries.Count), new List<TEntry>());
        foreach (var entry in entries)
        {
            partitions |= 1u << AthletePartition.Of(Athlete(entry));
            (IsSet(entry) ? set : gone).Add(entry);
        }

        var count = BitOperations.PopCount(partitions);
        var arguments = new RedisValue[6 + count + (2 * set.Count * Keys) + gone.Count];
        (arguments[0], arguments[1]) = (right.Token, right.Deadline);
        arguments[2] = board.ExpiresAt?.ToUnixTimeMilliseconds() ?? 0;
        (arguments[3], arguments[4], arguments[5]) = (count, set.Count, board.HasHash ? 1 : 0);
        var next = 6;
        for (var partition = 0; partition < AthletePartition.Count; partition++)
        {
            if ((partitions >> partition & 1) == 1)
            {
                arguments[next++] = partition;
            }
        }

        var members = set.ConvertAll(entry => (RedisValue)BoardMember.Encode(Athlete(entry)));
        foreach (var score in Scores)
        {
            // Each set in its own order, for the same reason.
            var scores = set.ConvertAll(entry => -score(entry)).ToArray();
            var order = Enumerable.Range(0, scores.Length).ToArray();
            Array.Sort(scores, order);
            for (var i = 0; i < order.Length; i++)
            {
                (arguments[next++], arguments[next++]) = (-scores[i], members[order[i]]);
            }
        }

        for (var i = 0; Shown is not null && i < set.Count; i++)
        {
            (arguments[next++], arguments[next++]) = (members[i], Shown(set[i]));
        }

        foreach (var entry in gone)
        {
            arguments[next++] = BoardMember.Encode(Athlete(entry));
        }

        return arguments;
    }
}
