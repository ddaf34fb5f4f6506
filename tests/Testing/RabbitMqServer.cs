using System.Collections.Concurrent;

namespace Strava.Testing;

public sealed class RabbitMqServer : NativeServer
{
    private const int MostAtOnce = 8;
    private readonly ConcurrentDictionary<string, Made> _made = new();

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
    /// <remarks>
    /// The server's tool takes a second of a core each time it is started: who asks again and again gets more and more
    /// of them made at once.
    /// </remarks>
    public async Task<Uri> CreateVirtualHostAsync(string prefix)
    {
        if (!IsOurs)
        {
            return Uri;
        }

        var made = _made.GetOrAdd(prefix, _ => new Made());
        await made.Turn.WaitAsync();
        try
        {
            if (made.Names.Count == 0)
            {
                foreach (var name in await MakeAsync(prefix, made.NextTime))
                {
                    made.Names.Push(name);
                }

                made.NextTime = Math.Min(2 * made.NextTime, MostAtOnce);
            }

            return new Uri(Uri, made.Names.Pop());
        }
        finally
        {
            made.Turn.Release();
        }
    }

    private async Task<string[]> MakeAsync(string prefix, int count)
    {
        string[] names = [.. Enumerable.Range(0, count).Select(_ => $"{prefix}-{Guid.NewGuid():N}"[..(prefix.Length + 9)])];
        var user = Uri.UserInfo.Split(':')[0];
        await ToolAsync(
            "eval",
            $"""
            [begin
                ok = rabbit_vhost:add(Name, <<"tests">>),
                ok = rabbit_auth_backend_internal:set_permissions(<<"{user}">>, Name, <<".*">>, <<".*">>, <<".*">>, <<"tests">>)
            end || Name <- [{string.Join(", ", names.Select(name => $"<<\"{name}\">>"))}]].
            """);
        return names;
    }

    internal static async Task<RabbitMqServer> OpenAsync()
    {
        var (folder, connection) = await OpenAsync("rabbitmq", "STRAVA_TEST_RABBITMQ");
        return new RabbitMqServer(folder, connection);
    }

    private sealed class Made
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public Stack<string> Names { get; } = new();

        public int NextTime { get; set; } = 1;
    }
}
