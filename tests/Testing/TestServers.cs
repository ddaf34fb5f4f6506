namespace Strava.Testing;

/// <summary>
/// Real servers for tests, each started once a process when it is first asked for. STRAVA_TEST_POSTGRES,
/// STRAVA_TEST_RABBITMQ and STRAVA_TEST_REDIS name others to use instead. They end with the process; nobody has to stop
/// them.
/// </summary>
public static class TestServers
{
    private static readonly Lazy<Task<PostgresServer>> Postgres = new(PostgresServer.OpenAsync);
    private static readonly Lazy<Task<RabbitMqServer>> RabbitMq = new(RabbitMqServer.OpenAsync);
    private static readonly Lazy<Task<RedisServer>> Redis = new(RedisServer.OpenAsync);

    public static Task<PostgresServer> PostgresAsync() => Postgres.Value;

    public static Task<RabbitMqServer> RabbitMqAsync() => RabbitMq.Value;

    public static Task<RedisServer> RedisAsync() => Redis.Value;

    /// <summary>Ends all of them for good, for a program that wants it before its own end.</summary>
    public static Task StopAsync() => ServerFolder.DeleteAsync();
}
