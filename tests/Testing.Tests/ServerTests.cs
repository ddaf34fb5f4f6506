using System.Net.Sockets;
using System.Text;
using Npgsql;

namespace Strava.Testing.Tests;

/// <summary>
/// The fixture that every service test stands on: servers start, die, come back with their data, and end.
/// </summary>
[TestFixture]
internal sealed class ServerTests
{
    [Test]
    public async Task Postgres_keeps_what_was_committed_over_a_kill()
    {
        var server = await TestServers.PostgresAsync();
        Assume.That(server.IsOurs);
        await using var database = NpgsqlDataSource.Create(await server.CreateDatabaseAsync("fixture"));
        await database.CreateCommand("create table run (name text); insert into run values ('first')")
            .ExecuteNonQueryAsync();

        await server.KillAsync();
        await server.StartAsync();

        var name = await Eventually.GivesAsync(
            async () => await database.CreateCommand("select name from run").ExecuteScalarAsync(),
            value => value is not null);
        Assert.That(name, Is.EqualTo("first"));
    }

    [Test]
    public async Task Two_databases_of_one_prefix_are_two()
    {
        var server = await TestServers.PostgresAsync();
        var first = await server.CreateDatabaseAsync("twin");
        var second = await server.CreateDatabaseAsync("twin");
        Assert.That(first, Is.Not.EqualTo(second));
    }

    [Test]
    public async Task RabbitMq_keeps_its_virtual_hosts_over_a_kill()
    {
        var server = await TestServers.RabbitMqAsync();
        Assume.That(server.IsOurs);
        var host = await server.CreateVirtualHostAsync("fixture");

        await server.KillAsync();
        await server.StartAsync();

        Assert.That(await server.ToolAsync("list_vhosts", "--silent"), Does.Contain(host.AbsolutePath.Trim('/')));
    }

    [Test]
    public async Task Redis_frozen_answers_nothing_and_thawed_answers_again()
    {
        var server = await TestServers.RedisAsync();
        Assume.That(server.IsOurs);
        Assert.That(await PingAsync(server), Does.StartWith("+PONG"));

        await server.FreezeAsync();
        Assert.That(async () => await PingAsync(server), Throws.InstanceOf<OperationCanceledException>());
        await server.ThawAsync();

        Assert.That(await PingAsync(server), Does.StartWith("+PONG"));
    }

    [Test]
    public async Task Redis_serves_nobody_without_a_password()
    {
        var server = await TestServers.RedisAsync();
        Assume.That(server.IsOurs);
        Assert.That(await PingAsync(server, withPassword: false), Does.StartWith("-NOAUTH"));
    }

    [Test]
    public async Task Redis_killed_comes_back_on_its_port()
    {
        var server = await TestServers.RedisAsync();
        Assume.That(server.IsOurs);
        await server.KillAsync();
        Assert.That(async () => await PingAsync(server), Throws.InstanceOf<SocketException>());
        await server.StartAsync();
        Assert.That(await PingAsync(server), Does.StartWith("+PONG"));
    }

    [Test]
    public void Eventually_tells_what_it_waited_for_and_what_it_saw_last()
    {
        var seen = 0;
        var wait = async () => await Eventually.GivesAsync(
            () => Task.FromResult(++seen), value => value < 0, TimeSpan.FromMilliseconds(200), "a negative count");
        Assert.That(
            wait,
            Throws.InstanceOf<TimeoutException>()
                .With.Message.Contains("a negative count").And.Message.Contains("last:"));
    }

    private static async Task<string?> PingAsync(RedisServer server, bool withPassword = true)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        using var client = new TcpClient();
        var connection = server.ConnectionString.Split(':', ',', '=');
        await client.ConnectAsync(connection[0], int.Parse(connection[1], null), limit.Token);
        using var answers = new StreamReader(client.GetStream());
        if (withPassword)
        {
            Assert.That(connection[2], Is.EqualTo("password"));
            await AskAsync($"AUTH {connection[3]}");
        }

        return await AskAsync("PING");

        async Task<string?> AskAsync(string line)
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{line}\r\n"), limit.Token);
            return await answers.ReadLineAsync(limit.Token);
        }
    }
}
