using Strava.Core.Postgres;
using Strava.Testing;

namespace Strava.Core.Tests.Postgres;

[TestFixture]
[Category("Integration")]
internal sealed class MigratorTests
{
    [Test]
    public async Task Many_nodes_at_once_apply_each_script_once()
    {
        var database = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("migrated");
        var nodes = Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var source = PostgresExtensions.CreateDataSource(database);
            return await Migrator.RunAsync(source, [typeof(Migrator).Assembly]);
        });

        var applied = await Task.WhenAll(nodes);

        Assert.That(applied.Count(node => node.Count > 0), Is.EqualTo(1));
        Assert.That(applied.SelectMany(node => node), Is.Unique.And.Not.Empty);
    }

    [Test]
    public async Task Several_processes_migrate_one_database_at_once()
    {
        var database = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("migrated");
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = database,
            ["ConnectionStrings__RabbitMq"] = "amqp://nobody:nothing@localhost:1/",
            ["Authentication__Authority"] = "http://localhost:1",
            ["Authentication__Audience"] = "strava",
        };

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ServiceProcess.MigrateAsync("Strava.Feeds", settings)));

        await using var source = PostgresExtensions.CreateDataSource(database);
        await using var command = source.CreateCommand("SELECT count(*) FROM schema_migration WHERE name LIKE 'Strava.Feeds/%'");
        Assert.That(await command.ExecuteScalarAsync(), Is.GreaterThan(0L));
    }
}
