using Npgsql;

namespace Strava.EventStore.Tests;

/// <summary>Written once: nobody changes an event by mistake.</summary>
[Category("Integration")]
public sealed class EventGuardTests
{
    [TestCase("UPDATE mt_events SET data = '{}'")]
    [TestCase("UPDATE mt_events SET data = '{}' WHERE false")]
    [TestCase("DELETE FROM mt_events")]
    [TestCase("DELETE FROM mt_streams", TestName = "Not by way of their streams either")]
    [TestCase("TRUNCATE mt_events")]
    [TestCase("TRUNCATE mt_streams CASCADE")]
    public async Task Not_even_the_owner_changes_events_without_saying_so(string sql)
    {
        await using var database = await StoreDatabase.CreateAsync();
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("laps"));

        Assert.That(
            Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(sql)).SqlState,
            Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        await database.MaintainAsync(sql);
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("more"));
        Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(sql), "said for one transaction only");
    }

    [Test]
    public async Task Somebody_else_may_say_so_and_still_changes_nothing()
    {
        await using var database = await StoreDatabase.CreateAsync();
        var role = $"writer_{Guid.NewGuid():N}";
        await database.StartAsync(Guid.CreateVersion7(), new CounterStarted("laps"));
        await database.ExecuteAsync($"CREATE ROLE {role}; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}");

        var refused = Assert.ThrowsAsync<PostgresException>(
            () => database.MaintainAsync($"SET LOCAL ROLE {role}; UPDATE mt_events SET data = '{{}}'"));
        Assert.That(refused.MessageText, Does.StartWith("UPDATE of events refused"));
        await database.ExecuteAsync($"DROP OWNED BY {role}; DROP ROLE {role}");
    }

    [Test]
    public async Task Archiving_a_stream_is_maintenance_and_says_so()
    {
        await using var database = await StoreDatabase.CreateAsync();

        var refused = Assert.ThrowsAsync<PostgresException>(
            () => database.ExecuteAsync("SELECT mt_archive_stream(gen_random_uuid())"));
        Assert.That(refused.SqlState, Is.EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        Assert.That(refused.MessageText, Does.Contain("only maintenance"));
    }
}
