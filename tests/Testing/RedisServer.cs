namespace Strava.Testing;

public sealed class RedisServer : NativeServer
{
    private RedisServer(ServerFolder? folder, string connection)
        : base("redis", folder, connection)
    {
    }

    /// <summary>
    /// host:port,password=... of the user that Leaderboard is: it may do what that service does, and no more.
    /// </summary>
    public string ConnectionString => Connection;

    internal static async Task<RedisServer> OpenAsync()
    {
        var (folder, connection) = await OpenAsync("redis", "STRAVA_TEST_REDIS");
        return new RedisServer(folder, connection);
    }
}
