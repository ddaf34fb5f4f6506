namespace Strava.Leaderboards.Stores;

/// <summary>
/// Each script touches one board (and its fence, in the same slot), except the last, which runs on one node.
/// </summary>
internal static class BoardScripts
{
    /// <summary>
    /// KEYS board, fence. ARGV token, deadline (ms, Redis's clock), expiry (ms, 0: never), how many partitions, how
    /// many entries to set; then the partitions, score and member of each entry, and the members to take off. All or
    /// nothing: answers for how many partitions a newer token has written; -1: it came too late. A period past its
    /// retention is refused too, but that is final: the answer is 0.
    /// </summary>
    public const string Write =
        """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        if now > tonumber(ARGV[2]) then return -1 end
        local expiry = tonumber(ARGV[3])
        if expiry > 0 and now >= expiry then return 0 end
        local fences = 5 + ARGV[4]
        local sets = fences + 2 * ARGV[5]
        local last = redis.call('HMGET', KEYS[2], unpack(ARGV, 6, fences))
        local token, refused, claim = tonumber(ARGV[1]), 0, {}
        for i = 1, #last do
            if last[i] and tonumber(last[i]) > token then refused = refused + 1 end
            claim[2 * i - 1], claim[2 * i] = ARGV[5 + i], ARGV[1]
        end
        if refused > 0 then return refused end
        redis.call('HSET', KEYS[2], unpack(claim))
        if sets > fences then redis.call('ZADD', KEYS[1], unpack(ARGV, fences + 1, sets)) end
        if #ARGV > sets then redis.call('ZREM', KEYS[1], unpack(ARGV, sets + 1)) end
        if expiry > 0 then
            redis.call('PEXPIREAT', KEYS[1], ARGV[3])
            redis.call('PEXPIREAT', KEYS[2], ARGV[3])
        end
        return refused
        """;

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

    /// <summary>KEYS watermark. Answers run id, time (ms), generation, at.</summary>
    public const string Probe =
        """
        local clock = redis.call('TIME')
        local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
        local mark = redis.call('HMGET', KEYS[1], 'generation', 'at')
        return { run, clock[1] * 1000 + math.floor(clock[2] / 1000), mark[1], mark[2] }
        """;

    /// <summary>
    /// KEYS watermark. ARGV run id, at (ms), refill. Only on the Redis that was found to hold what the watermark says:
    /// one started again meanwhile, with less, keeps its own until it is looked at.
    /// </summary>
    public const string Publish =
        """
        if string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') ~= ARGV[1] then return 0 end
        redis.call('HSET', KEYS[1], 'at', ARGV[2], 'refill', ARGV[3])
        return 1
        """;

    /// <summary>
    /// KEYS watermark. ARGV pattern, cursor, generation ('' for none). One bounded step; answers the next cursor, or
    /// nothing when the generation is another: somebody has refilled the boards meanwhile, and they must not be deleted
    /// by one who slept.
    /// </summary>
    public const string Delete =
        """
        if (redis.call('HGET', KEYS[1], 'generation') or '') ~= ARGV[3] then return false end
        local step = redis.call('SCAN', ARGV[2], 'MATCH', ARGV[1], 'COUNT', 500)
        if #step[2] > 0 then redis.call('UNLINK', unpack(step[2])) end
        return step[1]
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
