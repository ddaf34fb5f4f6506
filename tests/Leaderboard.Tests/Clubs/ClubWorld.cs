using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using Strava.Contracts.Sports;
using Strava.Core.Applying;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Clubs;
using Strava.Leaderboards.Launch;
using Strava.Leaderboards.Tests.Running;

namespace Strava.Leaderboards.Tests.Clubs;

/// <summary>The parts of the clubs on servers of a world's own.</summary>
internal sealed class ClubWorld : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private ClubWorld(World world)
    {
        World = world;
        Settings = new ConfigurationBuilder().AddInMemoryCollection().Build();
        _services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(Settings)
            .AddLaunchSwitches().BuildServiceProvider();
        Switches = _services.GetRequiredService<LaunchSwitches>();
        Redis = new RedisClubs(world.RedisConnection, TimeProvider.System);
        Batches = new ClubBatches(world.Database, Redis, Switches, TimeProvider.System);
        Memberships = new ClubMembership(world.Database, TimeProvider.System);
        Comparison = new ClubComparison(world.Database, Redis, Switches, TimeProvider.System);
        Marks = new ClubMarks(world.Database);
        Recovery = new ClubRecovery(
            world.Database, Redis, Marks, new ClubRefill(world.Database, Redis, Switches, TimeProvider.System), Switches,
            TimeProvider.System, NullLogger<ClubRecovery>.Instance);
    }

    public World World { get; }

    public IConfigurationRoot Settings { get; }

    public LaunchSwitches Switches { get; }

    public RedisClubs Redis { get; }

    public ClubBatches Batches { get; }

    public ClubMembership Memberships { get; }

    public ClubComparison Comparison { get; }

    public ClubMarks Marks { get; }

    public ClubRecovery Recovery { get; }

    public static async Task<ClubWorld> CreateAsync()
    {
        var world = new ClubWorld(await World.CreateAsync());
        await world.Recovery.EnsureForAllAsync(await world.ClaimAsync(), default);
        return world;
    }

    /// <summary>As a file that has changed.</summary>
    public void Set(string setting, string? value)
    {
        Settings[setting] = value;
        Settings.Reload();
    }

    public ClubApplier NewApplier() =>
        new(World.Database, Batches, Marks, Recovery, Redis, NullLogger<ClubApplier>.Instance);

    public Task<FenceTerm> ClaimAsync() =>
        FenceTerm.ClaimAsync(World.Database, ClubApplier.Duty, [.. AthletePartition.All], default);

    /// <summary>What a running applier does, until nothing is left.</summary>
    public async Task ApplyAllAsync()
    {
        var term = await ClaimAsync();
        while (await Batches.ApplyAsync(term, default) > 0)
        {
        }
    }

    public async Task<KnownClub> MakeAsync(Sport sport = Sport.Run)
    {
        var id = Guid.NewGuid();
        await using var command = World.Database.CreateCommand(
            """
            WITH maker AS (INSERT INTO athlete_number (athlete_id) VALUES ($1) RETURNING number)
            INSERT INTO club (id, name, folded, sport, made_by, made_at)
            SELECT $1, 'Club', 'club', $2, number, now() FROM maker
            RETURNING number
            """);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = (short)sport });
        return new KnownClub((long)(await command.ExecuteScalarAsync())!, id, "Club", sport);
    }

    public Task<MembershipOutcome> JoinAsync(KnownClub club, Guid athlete) =>
        Memberships.JoinAsync(club, athlete, new DefaultHttpContext(), TypedResults.NoContent(), default);

    public Task<MembershipOutcome> LeaveAsync(KnownClub club, Guid athlete) =>
        Memberships.LeaveAsync(club, athlete, new DefaultHttpContext(), TypedResults.NoContent(), default);

    /// <summary>Every entry of every set and every total of every hash, read without the service's code.</summary>
    public async Task<HashSet<(string Key, Guid Athlete, string Value)>> BoardsAsync()
    {
        var athletes = await World.NumbersAsync();
        var entries = new HashSet<(string, Guid, string)>();
        foreach (var key in await World.KeysAsync("leaderboard:club:{*"))
        {
            if (key.EndsWith(":fence", StringComparison.Ordinal))
            {
                continue;
            }

            if (key.EndsWith(":totals", StringComparison.Ordinal))
            {
                foreach (var field in await World.Eyes.HashGetAllAsync(key))
                {
                    entries.Add((key, Athlete(field.Name), (string)field.Value!));
                }

                continue;
            }

            foreach (var entry in await World.Eyes.SortedSetRangeByRankWithScoresAsync(key, order: Order.Descending))
            {
                entries.Add((key, Athlete(entry.Element), entry.Score.ToString("F0", CultureInfo.InvariantCulture)));
            }
        }

        return entries;

        Guid Athlete(RedisValue member) => athletes[BitConverter.ToInt64([.. ((byte[])member!).Reverse()])];
    }

    public async ValueTask DisposeAsync()
    {
        Redis.Dispose();
        await _services.DisposeAsync();
        await World.DisposeAsync();
    }
}
