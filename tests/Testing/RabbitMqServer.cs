namespace Strava.Testing;

public sealed class RabbitMqServer : NativeServer
{
    private RabbitMqServer(ServerFolder? folder, string connection)
        : base("rabbitmq", folder, connection)
    {
    }

    /// <summary>amqp://user:password@host:port/ with the default virtual host.</summary>
    public Uri Uri => new(Connection);

    /// <summary>
    /// A virtual host of its own, so that the exchanges and queues of one fixture are not another's. A server given by
    /// the environment cannot be told to make one: then this is <see cref="Uri"/>.
    /// </summary>
    public async Task<Uri> CreateVirtualHostAsync(string prefix)
    {
        if (!IsOurs)
        {
            return Uri;
        }

        var name = $"{prefix}-{Guid.NewGuid():N}"[..(prefix.Length + 9)];
        await ToolAsync("add_vhost", name);
        await ToolAsync("set_permissions", "-p", name, Uri.UserInfo.Split(':')[0], ".*", ".*", ".*");
        return new Uri(Uri, name);
    }

    internal static async Task<RabbitMqServer> OpenAsync()
    {
        var (folder, connection) = await OpenAsync("rabbitmq", "STRAVA_TEST_RABBITMQ");
        return new RabbitMqServer(folder, connection);
    }
}
