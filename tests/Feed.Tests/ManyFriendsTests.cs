using Microsoft.Extensions.DependencyInjection;
using NpgsqlTypes;
using Strava.Feeds.Timelines;

namespace Strava.Feeds.Tests;

/// <summary>
/// With more friends than a page's bound is taken from: every page must be what sorting all their activities gives.
/// </summary>
[TestFixture]
[Category("Integration")]
internal sealed class ManyFriendsTests
{
    private const int Friends = 700;

    // Of a page of 21 lines.
    private const int Asked = 63;
    private const int Lines = 2_000;
    private static readonly DateTimeOffset Newest = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    // Friends come in the order of their ids; which of them are active decides what the first ones can tell.
    [TestCase(0, Friends, 500, TestName = "{m}: everybody is active")]
    [TestCase(0, 3, 500, TestName = "{m}: three of the first are active")]
    [TestCase(650, Friends, 500, TestName = "{m}: only late ones are active")]
    [TestCase(62, 64, 500, TestName = "{m}: the last that is asked and the first that is not")]
    [TestCase(55, Friends, 20, TestName = "{m}: those that are asked have only begun")]
    [TestCase(0, 0, 0, TestName = "{m}: nobody is active")]
    public async Task Pages_are_those_of_a_plain_sort(int first, int past, int hoursOfTheAsked)
    {
        var viewer = Guid.NewGuid();
        var expected = await FillAsync(viewer, first, past, hoursOfTheAsked);
        var reader = FeedFixture.Service.Services.GetRequiredService<FriendsActivities>();
        foreach (var size in new[] { 1, 21, 101, 500 })
        {
            var (cursor, seen) = (FeedCursor.Start, new List<Guid>());
            while (await reader.ReadAsync(viewer, cursor, 0, size, default) is { Count: > 0 } page)
            {
                var numbered = await reader.ReadAsync(viewer, FeedCursor.Start, seen.Count, size, default);
                Assert.That(
                    numbered.Select(line => line.Activity.Id), Is.EqualTo(page.Select(line => line.Activity.Id)));
                seen.AddRange(page.Select(line => line.Activity.Id));
                var last = page[^1].Activity;
                cursor = new FeedCursor(last.StartedAt, last.Id);
                if (size == 1 && seen.Count == 40)
                {
                    break;
                }
            }

            Assert.That(seen, Is.EqualTo(size == 1 ? expected.Take(40) : expected), $"pages of {size}");
        }
    }

    /// <summary>Friends, and activities of some of them, many at the same moment. Gives what is to be seen.</summary>
    private static async Task<List<Guid>> FillAsync(Guid viewer, int first, int past, int hoursOfTheAsked)
    {
        var friends = Enumerable.Range(0, Friends).Select(_ => Guid.NewGuid())
            .OrderBy(id => id.ToString(), StringComparer.Ordinal).ToArray();
        await using var befriend = FeedFixture.Database.CreateCommand(
            "INSERT INTO friendship SELECT least(f, $1), greatest(f, $1), 2, true FROM unnest($2) AS f");
        befriend.Parameters.Add(new() { Value = viewer });
        befriend.Parameters.Add(new() { Value = friends });
        await befriend.ExecuteNonQueryAsync();
        if (first == past)
        {
            return [];
        }

        // Those above the viewer come first: the order in which the friends are asked.
        var asked = friends.Where(id => string.CompareOrdinal($"{id}", $"{viewer}") > 0)
            .Concat(friends.Where(id => string.CompareOrdinal($"{id}", $"{viewer}") < 0)).ToArray();
        var random = new Random(first + past);
        var lines = new List<(Guid Id, Guid Athlete, DateTimeOffset At)>();
        for (var i = 0; i < Lines; i++)
        {
            var friend = random.Next(first, past);
            var age = random.Next(friend < Asked ? hoursOfTheAsked : 500);
            lines.Add((Guid.NewGuid(), asked[friend], Newest.AddHours(-age)));
        }

        await using var fill = FeedFixture.Database.CreateCommand(
            """
            INSERT INTO activity
            SELECT id, athlete, 5, false, 1, 'Run', 1, at, 1, 1, 1, 1 FROM unnest($1, $2, $3) AS t (id, athlete, at)
            """);
        fill.Parameters.Add(new() { Value = lines.Select(line => line.Id).ToArray() });
        fill.Parameters.Add(new() { Value = lines.Select(line => line.Athlete).ToArray() });
        fill.Parameters.Add(new()
        {
            Value = lines.Select(line => line.At.UtcDateTime).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        await fill.ExecuteNonQueryAsync();
        return lines.OrderByDescending(line => line.At)
            .ThenByDescending(line => line.Id.ToString(), StringComparer.Ordinal).Select(line => line.Id).ToList();
    }
}
