namespace Strava.Leaderboards.Stores;

/// <summary>What all kinds of board share. Each script touches the keys of one board, or runs on one node.</summary>
internal static class StoreScripts
{
    /// <summary>
    /// KEYS fence, the sorted sets, then the hash if there is one. ARGV token, deadline (ms, Redis's clock), expiry (ms,
    /// 0: never), how many partitions, how many entries to set, how many hashes; then the partitions; for each sorted
    /// set score and member of those entries, for the hash member and text; and the members to take off. All or
    /// nothing: answers for how many partitions a newer token has written; -1: it came too late. A period past its
    /// retention is refused too, but that is final: the answer is 0. (unpack takes fewer than 8000 values.)
    /// </summary>
    public const string Write =
        """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        if now > tonumber(ARGV[2]) then return -1 end
        local expiry = tonumber(ARGV[3])
        if expiry > 0 and now >= expiry then return 0 end
        local values, hash, first = 2 * ARGV[5], #KEYS - ARGV[6], 7 + ARGV[4]
        local last = redis.call('HMGET', KEYS[1], unpack(ARGV, 7, first - 1))
        local token, refused, claim = tonumber(ARGV[1]), 0, {}
        for i = 1, #last do
            if last[i] and tonumber(last[i]) > token then refused = refused + 1 end
            claim[2 * i - 1], claim[2 * i] = ARGV[6 + i], ARGV[1]
        end
        if refused > 0 then return refused end
        redis.call('HSET', KEYS[1], unpack(claim))
        local function each(command, key, from, to)
            for i = from, to, 4000 do redis.call(command, key, unpack(ARGV, i, math.min(i + 3999, to))) end
        end
        local gone = first + values * (#KEYS - 1)
        for i = 2, #KEYS do
            each(i > hash and 'HSET' or 'ZADD', KEYS[i], first, first + values - 1)
            each(i > hash and 'HDEL' or 'ZREM', KEYS[i], gone, #ARGV)
            first = first + values
        end
        if expiry > 0 then
            for i = 1, #KEYS do redis.call('PEXPIREAT', KEYS[i], ARGV[3]) end
        end
        return 0
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
}
