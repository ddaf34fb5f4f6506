namespace Strava.Leaderboards.Clubs;

/// <summary>Each script touches the keys of one board, which share a slot.</summary>
internal static class ClubScripts
{
    /// <summary>
    /// KEYS the column's sorted set, totals. ARGV how many lines, the viewer's member or '', lines above the page, and
    /// the score and member of the line to go on below, or '' and ''. Answers the lines, how many are above, how many
    /// are better than the first, the totals of the lines, all members, and the viewer's score, totals and how many are
    /// better. O(log N) beside the lines; O(log^2 N) among equal scores below a cursor.
    /// </summary>
    public const string Read =
        """
        local function better(score) return redis.call('ZCOUNT', KEYS[1], '(' .. score, '+inf') end
        local function isBelow(member, other)
            for i = 1, 8 do
                local one, two = string.byte(member, i), string.byte(other, i)
                if one ~= two then return one < two end
            end
            return false
        end
        local function below(score, member)
            local low = better(score)
            local high = low + redis.call('ZCOUNT', KEYS[1], score, score)
            while low < high do
                local middle = math.floor((low + high) / 2)
                if isBelow(redis.call('ZREVRANGE', KEYS[1], middle, middle)[1], member) then
                    high = middle
                else
                    low = middle + 1
                end
            end
            return low
        end
        local first = ARGV[4] == '' and tonumber(ARGV[3]) or below(ARGV[4], ARGV[5])
        local lines = redis.call('ZREVRANGE', KEYS[1], first, first + ARGV[1] - 1, 'WITHSCORES')
        local members, totals = {}, {}
        for i = 1, #lines, 2 do members[#members + 1] = lines[i] end
        if #members > 0 then totals = redis.call('HMGET', KEYS[2], unpack(members)) end
        local score, own, ahead = false, false, 0
        if ARGV[2] ~= '' then
            score = redis.call('ZSCORE', KEYS[1], ARGV[2])
            if score then own, ahead = redis.call('HGET', KEYS[2], ARGV[2]), better(score) end
        end
        local total = redis.call('ZCARD', KEYS[1])
        return { lines, first, lines[2] and better(lines[2]) or 0, totals, total, score, own, ahead }
        """;

    /// <summary>
    /// KEYS totals, then the sorted set of each column. ARGV members. Answers for each its totals and then each score,
    /// as they are.
    /// </summary>
    public const string Entries =
        """
        local entries = {}
        for i, member in ipairs(ARGV) do
            local entry = { redis.call('HGET', KEYS[1], member) }
            for column = 2, #KEYS do entry[#entry + 1] = redis.call('ZSCORE', KEYS[column], member) end
            entries[i] = entry
        end
        return entries
        """;
}
