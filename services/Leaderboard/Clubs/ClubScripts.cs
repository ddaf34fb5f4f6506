namespace Strava.Leaderboards.Clubs;

/// <summary>Each script touches the keys of one board, which share a slot.</summary>
internal static class ClubScripts
{
    /// <summary>
    /// KEYS fence, totals, then the sorted set of each column. ARGV token, deadline (ms, Redis's clock), expiry (ms),
    /// then for each entry partition, member, totals ('' takes the entry out) and a score for each column. Answers as
    /// <see cref="Stores.BoardScripts.Write"/>: entries refused by a newer token; -1: too late; 0 for a week that is no
    /// longer kept.
    /// </summary>
    public const string Write =
        """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        if now > tonumber(ARGV[2]) then return -1 end
        if now >= tonumber(ARGV[3]) then return 0 end
        local token, refused, open, step = tonumber(ARGV[1]), 0, {}, #KEYS + 1
        for i = 4, #ARGV, step do
            local partition, member = ARGV[i], ARGV[i + 1]
            if open[partition] == nil then
                local last = redis.call('HGET', KEYS[1], partition)
                open[partition] = not last or tonumber(last) <= token
                if open[partition] then redis.call('HSET', KEYS[1], partition, ARGV[1]) end
            end
            if not open[partition] then
                refused = refused + 1
            elseif ARGV[i + 2] == '' then
                redis.call('HDEL', KEYS[2], member)
                for column = 3, #KEYS do redis.call('ZREM', KEYS[column], member) end
            else
                redis.call('HSET', KEYS[2], member, ARGV[i + 2])
                for column = 3, #KEYS do redis.call('ZADD', KEYS[column], ARGV[i + column], member) end
            end
        end
        for _, key in ipairs(KEYS) do redis.call('PEXPIREAT', key, ARGV[3]) end
        return refused
        """;

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
