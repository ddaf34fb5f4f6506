using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Reading;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>Pages, cursors and neighbours against a list that is sorted here.</summary>
[Category("Integration")]
[Parallelizable]
public class PageTests
{
    private static readonly BoardKey Board = new(Sport.Run, Place.Global, Window.Ever, Period.Ever);

    [Test]
    public async Task Pages_and_cursors_go_through_a_board_without_gap_or_repeat()
    {
        await using var world = await World.CreateAsync();
        for (var seed = 1; seed <= 12; seed++)
        {
            var random = new Random(seed);
            var lines = await FillAsync(world, random);
            var (size, byCursor, byPage) = (random.Next(1, 30), new List<BoardLine>(), new List<BoardLine>());
            var page = await ReadAsync(world, new BoardSlice(size));
            byCursor.AddRange(page.Lines);
            while (page.Next is { } next)
            {
                page = await ReadAsync(world, new BoardSlice(size, After: next));
                byCursor.AddRange(page.Lines);
            }

            for (var start = 0L; start <= lines.Count; start += size)
            {
                byPage.AddRange((await ReadAsync(world, new BoardSlice(size, start))).Lines);
            }

            Assert.That(byCursor, Is.EqualTo(lines), $"by cursor, seed {seed}");
            Assert.That(byPage, Is.EqualTo(lines), $"by page, seed {seed}");
        }
    }

    [Test]
    public async Task In_a_crowd_of_viewers_each_gets_a_line_of_their_own()
    {
        await using var world = await World.CreateAsync();
        var lines = await FillAsync(world, new Random(7));
        var viewers = new ViewerLines(world.Redis);
        long[] strangers = [lines.Max(line => line.Athlete) + 1, lines.Max(line => line.Athlete) + 2];
        var askers = Enumerable.Range(0, 600).Select(i => i % 50 == 0 ? strangers[i / 50 % 2] : lines[i % lines.Count].Athlete).ToArray();

        var answers = await Task.WhenAll(askers.Select(athlete => Task.Run(() => viewers.ReadAsync(Board, athlete, default))));

        Assert.That(answers, Is.EqualTo(askers.Select(athlete => lines.SingleOrDefault(line => line.Athlete == athlete))));
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        Assert.CatchAsync<OperationCanceledException>(() => viewers.ReadAsync(Board, askers[0], gone.Token));
        Assert.That(await viewers.ReadAsync(Board, lines[^1].Athlete, default), Is.EqualTo(lines[^1]), "the others go on");
    }

    [Test]
    public async Task The_neighbours_are_the_lines_around_the_viewers()
    {
        await using var world = await World.CreateAsync();
        for (var seed = 1; seed <= 12; seed++)
        {
            var random = new Random(seed);
            var lines = await FillAsync(world, random);
            var count = random.Next(1, 11);
            foreach (var index in new[] { 0, 1, random.Next(lines.Count), lines.Count - 1 })
            {
                var page = await ReadAsync(world, new BoardSlice(1, Neighbours: count), lines[index].Athlete);
                var first = Math.Max(0, index - count);
                Assert.That(page.Viewer, Is.EqualTo(lines[index]));
                var past = Math.Min(lines.Count, index + count + 1);
                Assert.That(page.Neighbours, Is.EqualTo(lines[first..past]), $"seed {seed}");
            }

            var stranger = await ReadAsync(world, new BoardSlice(1, Neighbours: count), viewer: 1_000_000);
            Assert.That((stranger.Viewer, stranger.Neighbours.Count), Is.EqualTo(((BoardLine?)null, 0)));
        }
    }

    [Test]
    public async Task A_cursor_goes_on_where_it_was_although_its_line_has_moved_or_gone()
    {
        await using var world = await World.CreateAsync();
        var lines = await FillAsync(world, new Random(7));
        var page = await ReadAsync(world, new BoardSlice(10));
        // The last line seen goes to the top, and the one above it goes away.
        await world.Eyes.SortedSetAddAsync(Board.Scores, BoardMember.Encode(lines[9].Athlete), 1L << 40);
        await world.Eyes.SortedSetRemoveAsync(Board.Scores, BoardMember.Encode(lines[8].Athlete));
        var next = await ReadAsync(world, new BoardSlice(10, After: page.Next));
        Assert.That(next.Lines.Select(line => line.Athlete), Is.EqualTo(lines[10..20].Select(line => line.Athlete)));
    }

    [Test]
    public async Task A_board_worked_out_on_demand_is_read_as_one_in_redis()
    {
        await using var world = await World.CreateAsync();
        for (var seed = 1; seed <= 12; seed++)
        {
            var random = new Random(seed);
            var lines = await FillAsync(world, random);
            var board = new RangeBoard(lines.Select(line => (line.Score.Packed, line.Athlete)), default);
            for (var read = 0; read < 20; read++)
            {
                var some = random.GetItems(lines.ToArray(), 1)[0];
                var after = random.Next(2) == 0 ? (BoardCursor?)null : new BoardCursor(some.Score.Packed, random.Next(2) + some.Athlete);
                var slice = new BoardSlice(random.Next(1, 40), random.Next(0, 250), after, random.Next(0, 11));
                var (inRedis, onDemand) = (await ReadAsync(world, slice, some.Athlete), board.Read(slice, some.Athlete));
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(onDemand.Lines, Is.EqualTo(inRedis.Lines), $"seed {seed}, {slice}");
                    Assert.That(onDemand.Viewer, Is.EqualTo(inRedis.Viewer));
                    Assert.That(onDemand.Neighbours, Is.EqualTo(inRedis.Neighbours));
                    Assert.That((onDemand.Next, onDemand.Total), Is.EqualTo((inRedis.Next, inRedis.Total)));
                }
            }
        }
    }

    [Test]
    public async Task Beyond_the_end_there_is_nothing()
    {
        await using var world = await World.CreateAsync();
        var empty = await ReadAsync(world, new BoardSlice(10, After: new BoardCursor(1, 1)), viewer: 1);
        var lines = await FillAsync(world, new Random(1));
        var beyond = await ReadAsync(world, new BoardSlice(10, Start: 9_999_900));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((empty.Lines.Count, empty.Next, empty.Total), Is.EqualTo((0, (BoardCursor?)null, 0L)));
            Assert.That(
                (beyond.Lines.Count, beyond.Next, beyond.Total),
                Is.EqualTo((0, (BoardCursor?)null, (long)lines.Count)));
        }
    }

    /// <summary>Few distances and counts, so that there are many ties, equal to the last bit too.</summary>
    private static async Task<List<BoardLine>> FillAsync(World world, Random random)
    {
        await world.DropAsync(Board.Scores);
        var scores = Enumerable.Range(1, random.Next(40, 200))
            .Select(athlete => athlete * 77L)
            .Select(athlete => (Athlete: athlete, Score: new BoardScore(random.Next(1, 12) * 1_000, random.Next(1, 4))))
            .ToArray();
        foreach (var (athlete, score) in scores)
        {
            await world.Eyes.SortedSetAddAsync(Board.Scores, BoardMember.Encode(athlete), score.Packed);
        }

        return
        [
            .. scores.OrderByDescending(line => line.Score.Centimeters)
                .ThenByDescending(line => line.Score.Activities)
                .ThenByDescending(line => line.Athlete)
                .Select(line => new BoardLine(
                    1 + scores.Count(other => other.Score.Centimeters > line.Score.Centimeters),
                    line.Athlete,
                    line.Score)),
        ];
    }

    private static Task<BoardPage> ReadAsync(World world, BoardSlice slice, long? viewer = null) =>
        world.Redis.ReadAsync(Board, slice, viewer, default);
}
