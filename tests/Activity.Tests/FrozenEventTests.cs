using System.Text.Json;
using Strava.Activities.Activities;
using Strava.Activities.Live;
using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.EventStore;
using Strava.Testing;

namespace Strava.Activities.Tests;

/// <summary>
/// Events as they were first written, read for ever. A file of tests/vectors/events is never changed: a new shape of a
/// type gets a file of its own (<c>alias.shape.json</c>), and the old ones go on being read.
/// </summary>
public sealed class FrozenEventTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly Guid Athlete = new("0190a3b2-6f00-7000-8000-000000000001");

    private static readonly Dictionary<string, object> Expected = new()
    {
        ["activity_created"] = new ActivityCreated(Athlete, Sport.Run, "a run", Visibility.Everyone, null, At),
        ["activity_created.full"] = new ActivityCreated(
            Athlete, Sport.Ride, "Evening \"loop\"", Visibility.Friends, "Europe/Ljubljana", At.AddMilliseconds(1_250),
            string.Concat(Enumerable.Repeat("ab", 32)), ElevationSource.Barometric),
        ["activity_started"] = new ActivityStarted(At),
        ["activity_paused"] = new ActivityPaused(At),
        ["activity_resumed"] = new ActivityResumed(At),
        ["activity_stopped"] = new ActivityStopped(At),
        ["route_recorded.codec1"] = new RouteRecorded(7, 1, "AQABAYDQ64jAaMS+9Suyw+sNAAAAAAAA"),
        ["route_recorded.codec3"] = new RouteRecorded(7, 1, "AwUgAC6KhAEa6AA3X1fRDO64bIAAAAA="),
        ["route_recorded.archived"] = new RouteRecorded(7, 1, null, new ArchivedPoints(
            "warm/5b/0199f3a0-0000-7000-8000-00000000005b-0199f3a000007000800000000000005c",
            "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81",
            1)),
        ["route_recorded.posts"] = new RouteRecorded(7, 3, "AQADAYDQ64jAaO+B64jAaADEvvUr+7z1KwCyw+sNscPrDQAAAAAAAAA=", Posts: [2, 1]),
        ["activity_completed"] = new ActivityCompleted(
            At, 10_000_123, 3_600_000, 3_500_000, 3_400_000, 12_345, 12_344, 601, "Europe/Ljubljana", new DateOnly(2026, 3, 1)),
        ["activity_completed.efforts"] = new ActivityCompleted(
            At, 10_000_123, 3_600_000, 3_500_000, 3_400_000, 12_345, 12_344, 601, "Europe/Ljubljana", new DateOnly(2026, 3, 1),
            1_750_001, 3_599_002),
        ["activity_renamed"] = new ActivityRenamed("tempo \\ čaj"),
        ["activity_described"] = new ActivityDescribed(""),
        ["activity_visibility_changed"] = new ActivityVisibilityChanged(Visibility.OnlyMe),
        ["activity_sport_changed"] = new ActivitySportChanged(Sport.Ride),
        ["activity_deleted"] = new ActivityDeleted(At),
    };

    // What is read for ever and written no more, with the file of what is written instead.
    private static readonly Dictionary<string, string> WrittenAs = new() { ["activity_completed.efforts"] = "activity_completed" };

    private static string Folder => Path.Combine(Checkout.Root, "tests", "vectors", "events");

    private static IEnumerable<string> Files => Directory.GetFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension)!;

    [TestCaseSource(nameof(Files))]
    public void It_is_read_as_it_was_meant(string file)
    {
        Assert.That(Expected, Does.ContainKey(file), "say here what the file means");
        var (alias, data) = Read(file);
        Assert.That(ActivityEventTypes.All.Read(alias, data), Is.EqualTo(Expected[file]));
    }

    [TestCaseSource(nameof(Files))]
    public void It_is_written_as_it_was_then(string file)
    {
        // What is written today reads the same to an older build beside this one.
        var (alias, data) = Read(WrittenAs.GetValueOrDefault(file, file));
        var type = ActivityEventTypes.All.Of(Expected[file]);
        Assert.That(type.Alias, Is.EqualTo(alias));
        Assert.That(type.DotNetType, Is.EqualTo($"{Expected[file].GetType().FullName}, Strava.Contracts"));
        var written = JsonSerializer.SerializeToElement(Expected[file], type.Json);
        Assert.That(JsonElement.DeepEquals(written, JsonDocument.Parse(data).RootElement), written.GetRawText());
    }

    [Test]
    public void Every_type_has_a_file_and_every_meaning_has_one() => Assert.Multiple(() =>
    {
        Assert.That(
            ActivityEventTypes.All.All.Select(type => type.Alias),
            Is.SubsetOf(Files.Select(file => file.Split('.')[0])),
            "freeze its JSON as tests/vectors/events/<alias>.json");
        Assert.That(Expected.Keys, Is.EquivalentTo(Files), "no file is taken away");
    });

    [Test]
    public void Points_of_every_codec_version_are_the_same_points()
    {
        var points = new[] { "route_recorded.codec1", "route_recorded.codec3" }.Select(file => ActivityStream.Fold(
        [
            new StoredEvent(1, Athlete, 1, "activity_created", Expected["activity_created"]),
            new StoredEvent(2, Athlete, 2, "route_recorded", ActivityEventTypes.All.Read("route_recorded", Read(file).Data)),
        ])!.Chunks.Single().Points);

        Assert.That(points, Is.All.EqualTo(new[] { new TrackPoint(1_795_305_600_000, 46_051_234, 14_512_345) }));
    }

    [Test]
    public void Folded_posts_are_chunks_of_their_own() => Assert.That(
        LiveFold.PostsOf((RouteRecorded)Expected["route_recorded.posts"]).Select(post => (post.Sequence, post.Points[0].LatitudeE6, post.Points.Length)),
        Is.EqualTo(new[] { (7L, 46_051_234, 2), (8L, 46_051_434, 1) }));

    private static (string Alias, byte[] Data) Read(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, $"{file}.json")));
        return (json.RootElement.GetProperty("type").GetString()!, JsonSerializer.SerializeToUtf8Bytes(json.RootElement.GetProperty("data")));
    }
}
