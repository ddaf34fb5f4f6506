using Npgsql;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Launch;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// Fills all boards of clubs: what athletes did in the kept weeks is added up once, whatever clubs they are in.
/// </summary>
internal sealed class ClubRefill(
    NpgsqlDataSource database, RedisClubs redis, LaunchSwitches switches, TimeProvider time)
    : StoreRefill(database, redis, ClubApplier.Duty)
{
    protected override async Task<RangeRead> ReadAsync(
        NpgsqlConnection snapshot, long from, long last, CancellationToken cancellationToken)
    {
        var weeks = ClubWeek.AllKept(time.GetUtcNow()).ToDictionary(week => week.First);
        await using var batch = new NpgsqlBatch(snapshot)
        {
            BatchCommands =
            {
                OfRange(ClubLedger.SumsOfRange, from, last, weeks.Keys.Min()),
                OfRange(ClubLedger.MembersOfRange, from, last),
            },
        };
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var totals = new Dictionary<(long Athlete, Sport Sport), List<(Period Week, ClubTotals Totals)>>();
        while (await rows.ReadAsync(cancellationToken))
        {
            if (weeks.TryGetValue(rows.GetFieldValue<DateOnly>(2), out var week))
            {
                var key = (rows.GetInt64(0), (Sport)rows.GetInt16(1));
                if (!totals.TryGetValue(key, out var ofAthlete))
                {
                    totals[key] = ofAthlete = new(1);
                }

                ofAthlete.Add((week, ClubLedger.TotalsAt(rows, 3)));
            }
        }

        await rows.NextResultAsync(cancellationToken);
        var members = new List<Membership>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var member = new Membership(
                rows.GetInt64(0), rows.GetGuid(1), rows.GetInt64(2), (Sport)rows.GetInt16(3), Joined: true);
            if (totals.ContainsKey((member.Athlete, member.Sport)))
            {
                members.Add(member);
            }
        }

        var written = await switches.WrittenAsync(members.Select(member => member.AthleteId));
        var changes =
            (from member in members
             where written.Contains(member.AthleteId)
             from one in totals[(member.Athlete, member.Sport)]
             select new ClubChange(new ClubBoardKey(member.Club, one.Week), member.Athlete, one.Totals)).ToList();
        return new RangeRead(
            (long)changes.Count * RedisClubs.KeysAnEntry, (right, ends) => redis.WriteAsync(right, changes, ends));
    }
}
