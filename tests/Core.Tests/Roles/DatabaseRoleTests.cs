using Npgsql;
using Strava.Testing;

namespace Strava.Core.Tests.Roles;

/// <summary>
/// The roles as deploy/postgres makes them, on a database that the service itself has migrated as its owner.
/// </summary>
[TestFixture]
[Category("Integration")]
internal sealed partial class DatabaseRoleTests
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;
    private static readonly string Password = Guid.NewGuid().ToString("N");

    [Test]
    public async Task Activity_writes_events_and_never_changes_or_deletes_one()
    {
        await using var service = await MigratedAsync("activity", "Strava.Activities");
        var stream = Guid.CreateVersion7();
        await service.ExecuteAsync($"INSERT INTO mt_streams (id, type, version) VALUES ('{stream}', 'activity', 1)");
        await service.ExecuteAsync(
            $$"""
            INSERT INTO mt_events (seq_id, id, stream_id, version, data, type)
            VALUES (nextval('mt_events_sequence'), gen_random_uuid(), '{{stream}}', 1, '{}', 'canary')
            """);
        await service.ExecuteAsync("SELECT 1 FROM mt_streams FOR UPDATE");
        // For the moment of a rebuild's swap.
        await service.ExecuteAsync("BEGIN; LOCK TABLE mt_streams IN EXCLUSIVE MODE; COMMIT");
        await service.ExecuteAsync("DELETE FROM outbox; DELETE FROM event_trace");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await service.FaultAsync("UPDATE mt_events SET data = '{}'"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("DELETE FROM mt_events"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("TRUNCATE mt_events"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("DELETE FROM mt_streams"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("ALTER SEQUENCE mt_events_sequence RESTART"), Is.EqualTo(Denied));
        }
    }

    [Test]
    public async Task Only_the_maintenance_role_archives_and_only_through_the_functions()
    {
        await using var service = await MigratedAsync("activity", "Strava.Activities");
        await using var maintenance = new Role(service.Superuser, service.As("activity_maintenance"));
        var stream = Guid.CreateVersion7();
        await service.ExecuteAsync(
            $$"""
            INSERT INTO mt_streams (id, type, version) VALUES ('{{stream}}', 'activity', 1);
            INSERT INTO activity (id, athlete_id, version, sport, name, visibility, state, created_at, completed_at)
            VALUES ('{{stream}}', '{{stream}}', 1, 1, '', 0, 4, now(), now());
            INSERT INTO mt_events (seq_id, id, stream_id, version, data, type) VALUES (nextval('mt_events_sequence'),
                gen_random_uuid(), '{{stream}}', 1, '{"Sequence": 0, "Count": 1, "Points": "AQID"}', 'route_recorded')
            """);
        var begin = $"SELECT archive_begin('{stream}', 'warm/x', 1::smallint)";
        const string Archive = "SELECT archive_events('warm/x', ARRAY[1::bigint], ARRAY[sha256('\\x010203'::bytea)], 3)";
        const string Change = "SET strava.maintenance = 'on'; UPDATE mt_events SET data = '{}'";

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await service.FaultAsync(begin), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync(Archive), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("SELECT archive_restore(NULL, NULL, NULL)"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("SELECT archive_drop('')"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("SELECT archive_forget('')"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("DELETE FROM archive_object"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync(Change), Is.EqualTo(Denied));
            Assert.That(await maintenance.FaultAsync(Change), Is.EqualTo(Denied));
            Assert.That(await maintenance.FaultAsync("DELETE FROM mt_events"), Is.EqualTo(Denied));
            Assert.That(await maintenance.FaultAsync("DELETE FROM archive_object"), Is.EqualTo(Denied));
            Assert.That(await maintenance.FaultAsync("UPDATE activity SET name = ''"), Is.EqualTo(Denied));
            Assert.That(await maintenance.FaultAsync(begin), Is.Null);
            Assert.That(await maintenance.FaultAsync(Archive.Replace("0203", "0204", StringComparison.Ordinal)), Is.EqualTo("ST002"));
            Assert.That(await maintenance.FaultAsync(Archive), Is.Null);
            Assert.That(await maintenance.ScalarAsync<bool>("SELECT archive_drop('warm/x')"), Is.False);
            Assert.That(
                await service.ScalarAsync<string>("SELECT data #>> '{Archived,ref}' FROM mt_events"), Is.EqualTo("warm/x"));
        }
    }

    [Test]
    public async Task Activitys_role_appends_by_Martens_function_and_archives_nothing()
    {
        await using var service = await MigratedAsync("activity", "Strava.Activities");
        await service.ExecuteAsync(
            """
            SELECT mt_quick_append_events(gen_random_uuid(), 'activity', '*DEFAULT*', ARRAY[gen_random_uuid()], '{canary}', '{canary}',
                ARRAY['{}'::jsonb], '{NULL}', ARRAY[now()]);
            SELECT mt_mark_event_progression('HighWaterMark', 1), mt_mark_progression_with_skip('HighWaterMark', 3, 1)
            """);

        Assert.That(await service.ScalarAsync<long>("SELECT count(*) FROM mt_events WHERE version = 1"), Is.EqualTo(1));
        Assert.That(await service.FaultAsync("SELECT mt_archive_stream(id) FROM mt_streams"), Is.EqualTo(Denied));
        Assert.That(
            await service.FaultAsync("BEGIN; SET LOCAL strava.maintenance = 'on'; SELECT mt_archive_stream(id) FROM mt_streams; COMMIT"),
            Is.EqualTo(Denied),
            "saying so makes nobody the owner");
    }

    [Test]
    public async Task Activity_adds_a_days_partition_by_the_one_function_and_makes_no_table()
    {
        await using var service = await MigratedAsync("activity", "Strava.Activities");
        await using var maintenance = new Role(service.Superuser, service.As("activity_maintenance"));
        const string Days = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'live_buffer'::regclass";
        var before = await service.ScalarAsync<long>(Days);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(before, Is.EqualTo(4), "today, two days ahead, and the net");
            Assert.That(await service.ScalarAsync<int>("SELECT live_buffer_partitions(3)"), Is.EqualTo(1));
            Assert.That(await service.ScalarAsync<int>("SELECT live_buffer_partitions(3)"), Is.Zero);
            Assert.That(await service.ScalarAsync<long>(Days), Is.EqualTo(before + 1));
            Assert.That(await service.FaultAsync("CREATE TABLE public.another (x int)"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("DROP TABLE live_buffer_other"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("SELECT live_buffer_partitions(99)"), Is.EqualTo("22023"));
            Assert.That(await maintenance.FaultAsync("SELECT live_buffer_partitions(1)"), Is.EqualTo(Denied));
            Assert.That(
                await service.FaultAsync("INSERT INTO live_buffer (activity_id, sequence, points) VALUES (gen_random_uuid(), 1, '')"), Is.Null);
        }
    }

    [Test]
    public async Task The_relay_sees_when_transactions_of_other_roles_began()
    {
        await using var service = await MigratedAsync("activity", "Strava.Activities");
        await using var other = new NpgsqlConnection(service.Superuser);
        await other.OpenAsync();
        await using var transaction = await other.BeginTransactionAsync();
        await using var begin = new NpgsqlCommand("SELECT 1", other);
        await begin.ExecuteScalarAsync();

        var seen = await service.ScalarAsync<long>(
            $"SELECT count(*) FROM pg_stat_activity WHERE pid = {other.ProcessID} AND xact_start IS NOT NULL AND state IS NOT NULL");

        Assert.That(seen, Is.EqualTo(1));
    }

    [TestCase("activity", "Strava.Activities")]
    [TestCase("athlete", "Strava.Athletes")]
    [TestCase("feed", "Strava.Feeds")]
    [TestCase("leaderboard", "Strava.Leaderboards")]
    [TestCase("locallegend", "Strava.LocalLegends")]
    public async Task A_service_changes_no_table_and_sees_no_other_database(string name, string project)
    {
        await using var service = await MigratedAsync(name, project);
        var neighbour = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("neighbour");
        await using (var superuser = NpgsqlDataSource.Create(neighbour))
        await using (var close = superuser.CreateCommand(
            $"REVOKE ALL ON DATABASE \"{new NpgsqlConnectionStringBuilder(neighbour).Database}\" FROM PUBLIC"))
        {
            await close.ExecuteNonQueryAsync();
        }

        var abroad = new NpgsqlConnectionStringBuilder(service.ConnectionString)
        {
            Database = new NpgsqlConnectionStringBuilder(neighbour).Database,
        };
        await using var connection = new NpgsqlConnection(abroad.ConnectionString);
        var refused = Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused.SqlState, Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("CREATE TABLE mine (a int)"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("DROP TABLE lease"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("ALTER TABLE outbox ADD COLUMN a int"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("DELETE FROM schema_migration"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("CREATE ROLE friend SUPERUSER"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("SELECT rolpassword FROM pg_authid"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("COPY lease TO PROGRAM 'cat'"), Is.EqualTo(Denied));
            Assert.That(await service.ScalarAsync<string>("SHOW statement_timeout"), Is.Not.EqualTo("0"));
            Assert.That(await service.ScalarAsync<string>("SHOW idle_in_transaction_session_timeout"), Is.EqualTo("15s"));
        }
    }

    [TestCase("activity", "Strava.Activities")]
    [TestCase("feed", "Strava.Feeds")]
    [TestCase("leaderboard", "Strava.Leaderboards")]
    [TestCase("locallegend", "Strava.LocalLegends")]
    public async Task A_service_swaps_what_migrations_have_named_and_nothing_else(string name, string project)
    {
        await using var service = await MigratedAsync(name, project);
        var id = Guid.CreateVersion7();
        const string Name = "INSERT INTO rebuild_table (name, key_columns) VALUES ('lease', '{name}')";

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await service.FaultAsync(Name), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("UPDATE rebuild_table SET name = 'lease'"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync("CREATE TABLE shadow.mine (a int)"), Is.EqualTo(Denied));
            Assert.That(await service.FaultAsync($"SELECT rebuild_begin('{id}', false)"), Is.Null);
            Assert.That(await service.FaultAsync("SELECT rebuild_expect(NULL)"), Is.EqualTo("ST010"));
            Assert.That(await service.FaultAsync($"SELECT rebuild_begin('{Guid.NewGuid()}', false)"), Is.EqualTo("23505"));
            Assert.That(
                await service.ScalarAsync<bool>(
                    """
                    SET search_path = shadow, public;
                    SELECT bool_and(relnamespace = 'shadow'::regnamespace) FROM rebuild_table JOIN pg_class c ON c.oid = name::regclass
                    """),
                Is.True,
                "the names mean the copies");
            Assert.That(await service.FaultAsync("DROP TABLE shadow.activity; DROP TABLE shadow.ledger"), Is.AnyOf(Denied, "42P01"));
            Assert.That(await service.FaultAsync($"SELECT rebuild_swap('{id}')"), Is.EqualTo("ST011"), "it is not full yet");
            await service.ExecuteAsync("UPDATE rebuild SET state = 'verifying'");
            Assert.That(await service.FaultAsync($"SELECT rebuild_swap('{id}')"), Is.Null);
            Assert.That(await service.ScalarAsync<bool>($"SELECT rebuild_end('{id}', 'done', NULL)"), Is.True);
            Assert.That(await service.FaultAsync("SELECT rebuild_expect(NULL)"), Is.Null);
        }
    }

    private static async Task<Role> MigratedAsync(string name, string project)
    {
        var server = await TestServers.PostgresAsync();
        Assume.That(server.IsOurs, "Roles are made with our own server's psql.");
        var superuser = await server.CreateDatabaseAsync($"roles_{name}");
        await ScriptAsync(server, superuser, name, "roles.sql");
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__Postgres"] = As($"{name}_owner"),
            ["ConnectionStrings__RabbitMq"] = "amqp://nobody:nothing@localhost:1/",
            ["ConnectionStrings__Redis"] = "localhost:1",
            ["Authentication__Authority"] = "http://localhost:1",
            ["Authentication__Audience"] = "strava",
        };
        await ServiceProcess.MigrateAsync(project, settings);
        await ScriptAsync(server, superuser, name, "grants.sql");
        return new Role(superuser, As($"{name}_rw"));

        string As(string role) => new NpgsqlConnectionStringBuilder(superuser) { Username = role, Password = Password }.ConnectionString;
    }

    private static Task<string> ScriptAsync(PostgresServer server, string database, string service, string script) => server.ToolAsync(
        "-q", "-d", new NpgsqlConnectionStringBuilder(database).Database!, "-v", $"service={service}",
        "-v", $"owner_password={Password}", "-v", $"rw_password={Password}",
        "-v", $"maintenance_password={Password}",
        "-f", Path.Combine(Checkout.Root, "deploy", "postgres", script));

    private sealed class Role(string superuser, string connectionString) : IAsyncDisposable
    {
        private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

        public string Superuser => superuser;

        public string ConnectionString => connectionString;

        /// <summary>The same database as another role.</summary>
        public string As(string role) =>
            new NpgsqlConnectionStringBuilder(connectionString) { Username = role }.ConnectionString;

        public async Task ExecuteAsync(string sql)
        {
            await using var command = _source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        public async Task<T> ScalarAsync<T>(string sql)
        {
            await using var command = _source.CreateCommand(sql);
            return (T)(await command.ExecuteScalarAsync())!;
        }

        /// <returns>The SQLSTATE; <c>null</c> when it was allowed.</returns>
        public async Task<string?> FaultAsync(string sql)
        {
            try
            {
                await ExecuteAsync(sql);
                return null;
            }
            catch (PostgresException exception)
            {
                return exception.SqlState;
            }
        }

        public ValueTask DisposeAsync() => _source.DisposeAsync();
    }
}
