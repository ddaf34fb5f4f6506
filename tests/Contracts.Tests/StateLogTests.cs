using System.Text.Json;
using FsCheck.Fluent;
using Strava.Contracts.Timing;
using static Strava.Contracts.Timing.Transition;

namespace Strava.Contracts.Tests;

public sealed class StateLogTests
{
    [TestCaseSource(nameof(TimeVectors))]
    public void Times_and_pauses_follow_from_the_log(TimeVector vector)
    {
        var reading = StateLog.Read([.. vector.Log.Select(line => new StateChange(line.State, line.At))]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reading.IsAccepted);
            Assert.That(reading.Log.State, Is.EqualTo(vector.State));
            Assert.That(reading.Log.AsOf(vector.Now), Is.EqualTo(new ElapsedTimes(vector.TotalMs, vector.ActiveMs)));
            Assert.That(reading.Log.Pauses, Is.EqualTo(vector.Pauses.Select(pause => new Pause(pause.From, pause.To))));
        }
    }

    // Each line: what happened at 1, 2, 3 ..., what is asked at 9, what is appended; "" is a repeat, a state is a
    // refusal.
    [TestCase("", Started, "Started@9")]
    [TestCase("", Resumed, "Created: Started")]
    [TestCase("", Paused, "Created: Started")]
    [TestCase("", Stopped, "Created: Started")]
    [TestCase("", Complete, "Created: Started")]
    [TestCase("Started", Started, "")]
    [TestCase("Started", Resumed, "")]
    [TestCase("Started", Paused, "Paused@9")]
    [TestCase("Started", Stopped, "Stopped@9")]
    [TestCase("Started", Complete, "Stopped@9 Complete@9")]
    [TestCase("Started Paused", Started, "Resumed@9")]
    [TestCase("Started Paused", Resumed, "Resumed@9")]
    [TestCase("Started Paused", Paused, "")]
    [TestCase("Started Paused", Stopped, "Stopped@9")]
    [TestCase("Started Paused", Complete, "Stopped@9 Complete@9")]
    [TestCase("Started Stopped", Started, "Stopped: Resumed Complete")]
    [TestCase("Started Stopped", Resumed, "Resumed@9")]
    [TestCase("Started Stopped", Paused, "Stopped: Resumed Complete")]
    [TestCase("Started Stopped", Stopped, "")]
    [TestCase("Started Stopped", Complete, "Complete@9")]
    [TestCase("Started Stopped Complete", Started, "Complete: ")]
    [TestCase("Started Stopped Complete", Resumed, "Complete: ")]
    [TestCase("Started Stopped Complete", Paused, "Complete: ")]
    [TestCase("Started Stopped Complete", Stopped, "Complete: ")]
    [TestCase("Started Stopped Complete", Complete, "")]
    public void Every_word_in_every_state(string words, Transition requested, string expected)
    {
        var log = StateLog.Empty.AppendRange(words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select((word, index) => new StateChange(Enum.Parse<Transition>(word), index + 1)));
        Assert.That(Describe(log.Decide(requested, 9)), Is.EqualTo(expected));
    }

    [Test]
    public void A_retry_that_comes_late_changes_nothing()
    {
        var log = StateLog.Empty.AppendRange(
            [new(Started, 1), new(Paused, 2), new(Resumed, 3), new(Stopped, 4), new(Complete, 5)]);
        using (Assert.EnterMultipleScope())
        {
            foreach (var change in log.Changes)
            {
                Assert.That(Describe(log.Decide(change.State, change.AtMs)), Is.Empty, change.ToString());
            }

            Assert.That(Describe(log.Decide(Started, 3)), Is.Empty, "STARTED was stored as RESUMED");
            Assert.That(log.Decide(Paused, 3), Is.TypeOf<TransitionDecision.WrongState>());
        }
    }

    [Test]
    public void Time_does_not_go_back_and_may_stand_still()
    {
        var log = StateLog.Empty.Append(new(Started, 10));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(log.Decide(Paused, 9), Is.EqualTo(new TransitionDecision.TimeGoesBack(10)));
            Assert.That(log.Decide(Resumed, 9), Is.TypeOf<TransitionDecision.Accepted>(), "a repeat is a repeat at any time");
            Assert.That(Describe(log.Decide(Paused, 10)), Is.EqualTo("Paused@10"));
        }
    }

    [Test]
    public void Sentences_use_the_words_of_the_wire()
    {
        var stopped = StateLog.Empty.AppendRange([new(Started, 1), new(Stopped, 2)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (stopped.Decide(Paused, 3) as TransitionDecision.WrongState)?.Sentence,
                Is.EqualTo("The activity is STOPPED; allowed: RESUMED, COMPLETE."));
            Assert.That(Enum.GetValues<Transition>().Select(word => $"\"{word.Word()}\""), Is.EqualTo(
                Enum.GetValues<Transition>().Select(word => JsonSerializer.Serialize(word))));
            Assert.That(Enum.GetValues<ActivityState>().Select(state => $"\"{state.Word()}\""), Is.EqualTo(
                Enum.GetValues<ActivityState>().Select(state => JsonSerializer.Serialize(state))));
        }
    }

    [Test]
    public void A_refused_line_is_named_with_its_index()
    {
        var reading = StateLog.Read([new(Started, 1), new(Stopped, 2), new(Started, 3)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reading.RefusedIndex, Is.EqualTo(2));
            Assert.That(reading.Refusal, Is.TypeOf<TransitionDecision.WrongState>());
            Assert.That(reading.Log.State, Is.EqualTo(ActivityState.Stopped));
        }
    }

    [TestCase(0, ExpectedResult = -1)]
    [TestCase(1, ExpectedResult = 0)]
    [TestCase(5, ExpectedResult = 0)]
    [TestCase(6, ExpectedResult = -1)]
    [TestCase(7, ExpectedResult = 1)]
    [TestCase(8, ExpectedResult = 2, Description = "end of one, begin of the next")]
    [TestCase(99, ExpectedResult = 2, Description = "still open")]
    public int A_time_belongs_to_an_active_interval(long atMs) => StateLog.Empty
        .AppendRange([new(Started, 1), new(Paused, 5), new(Resumed, 7), new(Paused, 8), new(Resumed, 8)])
        .ActiveIntervalAt(atMs);

    [Test]
    public void Whatever_is_asked_the_log_stays_legal() =>
        Properties.Check(Prop.ForAll(Any.Word.Zip(Gen.Choose(0, 60)).ArrayOf().ToArbitrary(), requests =>
        {
            var log = StateLog.Empty;
            foreach (var (word, atMs) in requests)
            {
                var decision = log.Decide(word, atMs);
                log = decision is TransitionDecision.Accepted accepted ? log.AppendRange(accepted.Changes) : log;
                var after = log.Decide(word, atMs);
                if (decision is TransitionDecision.Accepted != after is TransitionDecision.Accepted { IsRepeat: true })
                {
                    return false;
                }
            }

            var reading = StateLog.Read(log.Changes);
            var (total, active) = log.AsOf(70);
            var paused = log.Pauses.Sum(pause => (pause.ToMs ?? 70) - pause.FromMs);
            return reading.IsAccepted
                && log.Changes.Zip(log.Changes.Skip(1)).All(pair => pair.First.AtMs <= pair.Second.AtMs)
                && active >= 0 && active <= total && total - active == paused
                && Enumerable.Range(-1, 80).All(at => log.ActiveIntervalAt(at) == NaiveInterval(log, at));
        }), runs: 1_000);

    // The same by walking the whole log.
    private static int NaiveInterval(StateLog log, long atMs)
    {
        int index = -1, found = -1;
        long? from = null;
        foreach (var change in log.Changes)
        {
            if (change.State is Started or Resumed)
            {
                from = change.AtMs;
                index++;
            }
            else if (from is not null)
            {
                found = atMs >= from && atMs <= change.AtMs ? index : found;
                from = null;
            }
        }

        return atMs >= from ? index : found;
    }

    private static string Describe(TransitionDecision decision) => decision switch
    {
        TransitionDecision.Accepted accepted => string.Join(' ', accepted.Changes.Select(change => $"{change.State}@{change.AtMs}")),
        TransitionDecision.WrongState wrong => $"{wrong.Current}: {string.Join(' ', wrong.Allowed)}",
        TransitionDecision.TimeGoesBack back => $"before {back.LastAtMs}",
        _ => "?",
    };

    private static IEnumerable<TestCaseData> TimeVectors() =>
        Vectors.Cases<TimeVector>("times.json", vector => vector.Name);

    public sealed record Line(Transition State, long At);

    public sealed record Span(long From, long? To);

    public sealed record TimeVector(
        string Name, Line[] Log, long Now, ActivityState State, long TotalMs, long ActiveMs, Span[] Pauses);
}
