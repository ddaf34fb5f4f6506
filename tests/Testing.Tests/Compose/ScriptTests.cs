using System.Text.Json;
using Npgsql;

namespace Strava.Testing.Tests.Compose;

/// <summary>
/// The scripts that run within the containers, run here: against a real Postgres, and for what they print.
/// </summary>
internal sealed class ScriptTests
{
    [Test]
    public async Task Every_secret_that_is_asked_for_is_made_and_no_other()
    {
        var secrets = await SecretsAsync();

        Assert.That(secrets.Keys, Is.EquivalentTo(ComposeFile.Secrets()));
        Assert.That(secrets.Values.Distinct().Count(), Is.EqualTo(secrets.Count));
    }

    [Test]
    public async Task The_databases_are_made_each_with_an_owner_and_a_role_that_serves_and_again_changes_nothing()
    {
        var server = await TestServers.PostgresAsync();
        Assume.That(server.IsOurs);
        var super = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync("compose"));
        var environment = await SecretsAsync();
        environment["SCRIPTS"] = Path.Combine(Checkout.Root, "deploy", "postgres");
        environment["PGHOST"] = super.Host!;
        environment["PGPORT"] = $"{super.Port}";
        environment["PGUSER"] = super.Username!;
        environment["PGPASSWORD"] = super.Password!;

        await NativeStack.RunAsync("deploy/compose/databases.sh create", environment);
        await NativeStack.RunAsync("deploy/compose/databases.sh create", environment);

        string Of(string role) => new NpgsqlConnectionStringBuilder(super.ConnectionString)
        {
            Database = "strava_feed",
            Username = $"feed_{role}",
            Password = environment[$"STRAVA_SECRET_POSTGRES_FEED_{role.ToUpperInvariant()}"],
        }.ConnectionString;
        await RunAsync(Of("owner"), "CREATE TABLE schema_migration (name text); CREATE TABLE line (id int)");
        foreach (var service in new[] { "activity", "athlete", "leaderboard", "locallegend" })
        {
            var database = new NpgsqlConnectionStringBuilder(super.ConnectionString) { Database = $"strava_{service}" };
            await RunAsync(database.ConnectionString, "CREATE TABLE schema_migration (name text)");
        }

        await NativeStack.RunAsync("deploy/compose/databases.sh grant", environment);
        await RunAsync(Of("rw"), "INSERT INTO line VALUES (1)");
        Assert.That(
            () => RunAsync(Of("rw"), "INSERT INTO schema_migration VALUES ('x')"),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo("42501"));
    }

    [Test]
    public async Task The_brokers_users_are_those_of_the_permissions()
    {
        var environment = await SecretsAsync();
        var permissions = Path.Combine(Checkout.Root, "deploy", "rabbitmq", "permissions.txt");
        environment["PERMISSIONS"] = permissions;

        var text = await NativeStack.RunAsync("deploy/compose/rabbitmq.sh definitions", environment);

        var definitions = JsonDocument.Parse(text).RootElement;
        string[] members = ["user", "configure", "write", "read"];
        var rights = definitions.GetProperty("permissions").EnumerateArray().Select(
            right => string.Join(' ', members.Select(member => right.GetProperty(member).GetString())));
        Assert.That(rights, Is.EqualTo(RulesOf(permissions)));
        foreach (var user in definitions.GetProperty("users").EnumerateArray())
        {
            var variable = $"STRAVA_SECRET_RABBITMQ_{user.GetProperty("name").GetString()!.ToUpperInvariant()}";
            Assert.That(user.GetProperty("password").GetString(), Is.EqualTo(environment[variable]));
        }
    }

    [Test]
    public async Task The_users_of_Redis_are_those_of_make_run()
    {
        var environment = await SecretsAsync();
        environment["PERMISSIONS"] = Path.Combine(Checkout.Root, "deploy", "redis", "permissions.txt");

        var ours = await NativeStack.RunAsync("deploy/compose/redis.sh users", environment);
        var native = await NativeStack.RunAsync(
            """
            . deploy/native/lib.sh; . deploy/native/redis.sh
            secret() { local name=${1//-/_}; name=STRAVA_SECRET_${name^^}; printf '%s' "${!name}"; }
            redis_users
            """,
            environment);

        Assert.That(ours, Is.EqualTo(native));
        Assert.That(ours, Does.Match("user default reset on #[0-9a-f]{64} ~leaderboard:"));
    }

    private static IEnumerable<string> RulesOf(string permissions) =>
        File.ReadLines(permissions).Where(line => line.Length > 0 && !line.StartsWith('#'));

    private static async Task<Dictionary<string, string>> SecretsAsync()
    {
        var text = await NativeStack.RunAsync(
            """
            folder=$(mktemp -d)
            deploy/compose/secrets.sh "$folder/.env" > /dev/null
            cat "$folder/.env"
            rm -r "$folder"
            """,
            new Dictionary<string, string>());
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
