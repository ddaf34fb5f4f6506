using Strava.Leaderboards.Reading;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>What keeps a crowd from asking Postgres and Redis for the same thing at once.</summary>
[Parallelizable]
public class SharedReadsTests
{
    [Test]
    public async Task A_crowd_before_what_nobody_has_read_yet_costs_one_read_and_the_next_one_another()
    {
        var (reads, count, gate) = (new SharedReads<string, int>(), 0, new TaskCompletionSource());
        var answers = Enumerable.Range(0, 500)
            .Select(_ => Task.Run(() => reads.ReadAsync("board", ReadAsync, default))).ToArray();
        Assert.That(await reads.ReadAsync("another", () => Task.FromResult(7), default), Is.EqualTo(7));
        while (Volatile.Read(ref count) == 0)
        {
            await Task.Yield();
        }

        // All of them are there before the read ends.
        var last = reads.ReadAsync("board", ReadAsync, default);
        await Task.Delay(50);
        gate.SetResult();
        Assert.That((await Task.WhenAll([.. answers, last])).Distinct().Count(), Is.LessThanOrEqualTo(2));
        var before = count;
        Assert.That(await reads.ReadAsync("board", ReadAsync, default), Is.EqualTo(before + 1), "read anew");

        async Task<int> ReadAsync()
        {
            var mine = Interlocked.Increment(ref count);
            await gate.Task;
            return mine;
        }
    }

    [Test]
    public async Task A_read_that_fails_fails_for_all_who_wait_and_for_nobody_after_them()
    {
        var (reads, gate) = (new SharedReads<string, int>(), new TaskCompletionSource<int>());
        var two = new[] { reads.ReadAsync("x", () => gate.Task, default), reads.ReadAsync("x", () => gate.Task, default) };
        gate.SetException(new TimeoutException("away"));
        foreach (var one in two)
        {
            Assert.ThrowsAsync<TimeoutException>(() => one);
        }

        Assert.That(await reads.ReadAsync("x", () => Task.FromResult(1), default), Is.EqualTo(1));
    }

    [Test]
    public async Task Who_goes_away_takes_nothing_from_the_others()
    {
        var (reads, gate) = (new SharedReads<string, int>(), new TaskCompletionSource<int>());
        using var gone = new CancellationTokenSource();
        var first = reads.ReadAsync("x", () => gate.Task, gone.Token);
        var second = reads.ReadAsync("x", () => Task.FromResult(-1), default);
        await gone.CancelAsync();
        Assert.CatchAsync<OperationCanceledException>(() => first);
        gate.SetResult(5);
        Assert.That(await second, Is.EqualTo(5));
    }

    [Test]
    public async Task Many_questions_become_few_calls_and_each_gets_its_own_answer()
    {
        var (calls, largest, gate) = (0, 0, new TaskCompletionSource());
        var crowds = new Crowds<string, int, string>(
            async (place, questions) =>
            {
                Interlocked.Increment(ref calls);
                largest = Math.Max(largest, questions.Count);
                await gate.Task;
                return questions.ConvertAll(question => $"{place} {question}");
            },
            () => new InvalidOperationException("too many"));
        var asked = Enumerable.Range(0, 1_000).Select(i => crowds.AskAsync("here", i, default)).ToArray();
        var refused = Enumerable.Range(0, 2_000).Select(i => crowds.AskAsync("there", i, default)).ToArray();
        Assert.That(() => { _ = crowds.AskAsync("there", 0, default); _ = crowds.AskAsync("there", 0, default); },
            Throws.InvalidOperationException, "who comes behind 2,000");
        gate.SetResult();

        Assert.That(await Task.WhenAll(asked), Is.EqualTo(Enumerable.Range(0, 1_000).Select(i => $"here {i}")));
        await Task.WhenAll(refused);
        Assert.That((calls, largest), Is.EqualTo((1 + 5 + 1 + 10, 200)), "each first one alone, then two hundred at once");
        Assert.That(await crowds.AskAsync("here", 1, default), Is.EqualTo("here 1"), "a new crowd");
    }
}
