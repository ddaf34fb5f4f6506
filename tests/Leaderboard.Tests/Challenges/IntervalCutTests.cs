using FsCheck;
using FsCheck.Fluent;
using Strava.Leaderboards.Challenges;

namespace Strava.Leaderboards.Tests.Challenges;

/// <summary>Borders of intervals, without a database.</summary>
public sealed class IntervalCutTests
{
    [Test]
    public void Pieces_hold_everything_once_and_few_enough() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Gen.Choose(1, 700).Zip(Gen.Choose(1, 3)).ListOf(60).ToArbitrary(), steps =>
        {
            // Standings go up by 1 to 3, with 1 to 700 entries each: crowds too.
            var standing = 100L;
            (long Standing, long Entries)[] counts = [.. steps.Select(step => (standing += step.Item2, (long)step.Item1))];
            var pieces = IntervalCut.Cut(100, standing + 1, counts);
            var isWhole = pieces[0].Low == 100
                && pieces.Zip(pieces.Skip(1)).All(pair => pair.First.Low < pair.Second.Low)
                && pieces[^1].Low <= standing
                && pieces.Select((piece, i) => piece.Entries == counts
                    .Where(count => count.Standing >= piece.Low && (i + 1 == pieces.Count || count.Standing < pieces[i + 1].Low))
                    .Sum(count => count.Entries)).All(isRight => isRight);
            var isSmall = counts.Where(count => count.Entries > IntervalCut.MostTies).All(crowd =>
                    pieces.Any(piece => piece.Low == crowd.Standing && piece.Entries == crowd.Entries))
                && pieces.All(piece => piece.Entries <= IntervalCut.Target || counts.Any(count => count.Standing == piece.Low && count.Entries == piece.Entries));
            return isWhole && isSmall;
        }));

    [Test]
    public void One_standing_alone_is_not_divided() =>
        Assert.That(IntervalCut.Drifted([new(0, 10), new(7, 9_000), new(8, 300)], 1, null), Is.Null);

    [TestCase(0, 0, 1)]
    [TestCase(1, 1, 2)]
    [TestCase(2, 1, 2)]
    [TestCase(4, 4, 4)]
    public void What_has_drifted_is_cut_with_its_smaller_neighbour(int index, int first, int last) => Assert.That(
        IntervalCut.Drifted([new(0, 200), new(10, 240), new(20, 100), new(30, 900), new(40, 1_501)], index, null),
        Is.EqualTo((first, last)));
}
