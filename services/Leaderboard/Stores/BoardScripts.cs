namespace Strava.Leaderboards.Stores;

/// <summary>
/// Each script touches one board, except the last, which runs on one node.
/// </summary>
internal static class BoardScripts
{
    /// <summary>
    /// KEYS board. ARGV how many lines, the viewer's member or '', how many neighbours on each side, lines above the
    /// page, and the score and member of the line to go on below, or '' and ''. Ranks count strictly longer distances
    /// (whole centimetres). Each range comes with the lines above it and the better ones than its first. Costs
    /// O(log N), and O(log^2 N) among equal scores below a cursor, beside the lines that it answers.
    /// </summary>
    public const string Read =
        """
        local function better(score)
            local next = (math.floor(tonumber(score) / 65536) + 1) * 65536
            return redis.call('ZCOUNT', KEYS[1], string.format('%.0f', next), '+inf')
        end
        local function lines(first, last)
            local found = redis.call('ZREVRANGE', KEYS[1], first, last, 'WITHSCORES')
            return { found, first, found[2] and better(found[2]) or 0 }
        end
        local function isBelow(member, other)
            for i = 1, 8 do
                local one, two = string.byte(member, i), string.byte(other, i)
                if one ~= two then return one < two end
            end
            return false
        end
        local function below(score, member)
            local low = redis.call('ZCOUNT', KEYS[1], '(' .. score, '+inf')
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
        local first = ARGV[5] == '' and tonumber(ARGV[4]) or below(ARGV[5], ARGV[6])
        local page = lines(first, first + ARGV[1] - 1)
        local score, ahead, around = false, 0, false
        if ARGV[2] ~= '' then
            score = redis.call('ZSCORE', KEYS[1], ARGV[2])
            if score then
                ahead = better(score)
                if ARGV[3] ~= '0' then
                    local own = redis.call('ZREVRANK', KEYS[1], ARGV[2])
                    around = lines(math.max(own - ARGV[3], 0), own + ARGV[3])
                end
            end
        end
        return { page, redis.call('ZCARD', KEYS[1]), score, ahead, around }
        """;

    /// <summary>
    /// KEYS board. ARGV members. Answers for each its score and how many are better; nothing where it has none.
    /// </summary>
    public const string Lines =
        """
        local lines = {}
        for i = 1, #ARGV do
            local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
            if score then
                local next = (math.floor(tonumber(score) / 65536) + 1) * 65536
                lines[i] = { score, redis.call('ZCOUNT', KEYS[1], string.format('%.0f', next), '+inf') }
            else
                lines[i] = false
            end
        end
        return lines
        """;

    /// <summary>
    /// KEYS watermark (unused: any node). ARGV pattern, cursor, a share from 0 to 1. Some boards from there on, each
    /// with a few members from that share of it on. Answers the next cursor, and for each board its key and those
    /// members.
    /// </summary>
    public const string Sample =
        """
        local step, found = redis.call('SCAN', ARGV[2], 'MATCH', ARGV[1], 'COUNT', 20), {}
        local keys, share = step[2], tonumber(ARGV[3])
        local from = math.floor(#keys * share)
        for i = 1, math.min(#keys, 5) do
            local key = keys[(from + i) % #keys + 1]
            local first = math.floor(redis.call('ZCARD', key) * share)
            found[i] = { key, redis.call('ZREVRANGE', key, first, first + 4) }
        end
        return { step[1], found }
        """;
}
