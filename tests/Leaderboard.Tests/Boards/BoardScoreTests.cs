using FsCheck;
using FsCheck.Fluent;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Tests.Boards;

public class BoardScoreTests
{
    private static readonly Gen<BoardScore> Any =
        from centimeters in Gen.Choose(1, int.MaxValue)
        from factor in Gen.Choose(1, 60)
        from activities in Gen.Choose(1, 65_535)
        select new BoardScore((long)centimeters * factor, activities);

    [Test]
    public void What_is_packed_comes_back_and_a_double_holds_it() => Check.QuickThrowOnFailure(Prop.ForAll(
        Any.ToArbitrary(),
        score => BoardScore.Unpack(score.Packed) == score
            && (long)(double)score.Packed == score.Packed
            && score.Packed < 1L << 53));

    [Test]
    public void The_order_is_distance_then_activities() => Check.QuickThrowOnFailure(Prop.ForAll(
        Any.Two().ToArbitrary(),
        pair => pair.Item1.Packed.CompareTo(pair.Item2.Packed)
            == (pair.Item1.Centimeters, pair.Item1.Activities)
                .CompareTo((pair.Item2.Centimeters, pair.Item2.Activities))));

    [TestCase(9L, 1L, 0L, TestName = "Less_than_a_centimetre_is_no_entry")]
    [TestCase(19L, 2L, (1L << 16) + 2, TestName = "Millimetres_are_floored_after_the_sum")]
    [TestCase(0L, 0L, 0L, TestName = "Nothing_is_no_entry")]
    [TestCase(long.MaxValue, long.MaxValue, (1L << 53) - 1, TestName = "Too_much_saturates")]
    public void Totals_become(long millimeters, long activities, long packed) =>
        Assert.That(BoardScore.FromTotals(millimeters, activities).Packed, Is.EqualTo(packed));

    [Test]
    public void A_member_is_8_bytes_in_the_order_of_the_numbers() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(1, int.MaxValue).Two().ToArbitrary(),
        pair =>
        {
            var (one, other) = (BoardMember.Encode(pair.Item1), BoardMember.Encode(pair.Item2));
            return one.Length == 8
                && BoardMember.Decode(one) == pair.Item1
                && Math.Sign(one.AsSpan().SequenceCompareTo(other)) == pair.Item1.CompareTo(pair.Item2);
        }));
}
