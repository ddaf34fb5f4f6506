using FsCheck;
using FsCheck.Fluent;
using Strava.Athletes.Friendships;

namespace Strava.Athletes.Tests;

[TestFixture]
internal sealed class FriendshipTests
{
    private static readonly Guid Small = new("0a000000-0000-0000-0000-000000000001");
    private static readonly Guid Large = new("ff000000-0000-0000-0000-000000000000");
    private static readonly Friendship Nothing = new(Pair.Of(Large, Small), 0, AskedByA: false, AskedByB: false);

    [Test]
    public void A_pair_is_ordered_by_canonical_text_whoever_comes_first()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Pair.Of(Large, Small), Is.EqualTo(Pair.Of(Small, Large)));
            Assert.That(Pair.Of(Large, Small).A, Is.EqualTo(Small));
            Assert.That(Pair.Of(Large, Small).Key, Is.EqualTo(Pair.Of(Small, Large).Key));
        }
    }

    [Test]
    public void One_side_alone_is_a_request_that_the_other_sees()
    {
        var asked = Nothing.Ask(Large);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(asked.StateFor(Large), Is.EqualTo(FriendState.RequestedByMe));
            Assert.That(asked.StateFor(Small), Is.EqualTo(FriendState.RequestedByThem));
            Assert.That(asked.ToMessage().AreFriends, Is.False);
        }
    }

    [Test]
    public void Both_sides_make_friends()
    {
        var friends = Nothing.Ask(Large).Ask(Small);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(friends.StateFor(Large), Is.EqualTo(FriendState.Friends));
            Assert.That(friends.StateFor(Small), Is.EqualTo(FriendState.Friends));
            Assert.That(friends.ToMessage().AreFriends, Is.True);
            Assert.That(friends.Version, Is.EqualTo(2));
        }
    }

    [Test]
    public void Asking_again_changes_nothing() =>
        Assert.That(Nothing.Ask(Small).Ask(Small), Is.EqualTo(Nothing.Ask(Small)));

    [Test]
    public void An_ended_friendship_begins_with_a_request_again()
    {
        var again = Nothing.Ask(Small).Ask(Large).End().Ask(Large);
        Assert.That((again.StateFor(Small), again.Version), Is.EqualTo((FriendState.RequestedByThem, 4L)));
    }

    [Test]
    public void Any_history_is_friends_exactly_when_both_asked_after_the_last_end_and_counts_each_change()
    {
        var history = Gen.Elements("small", "large", "end").ListOf().ToArbitrary();
        Check.QuickThrowOnFailure(Prop.ForAll(history, words =>
        {
            var (state, changes) = (Nothing, 0L);
            foreach (var word in words)
            {
                var next = word == "end" ? state.End() : state.Ask(word == "small" ? Small : Large);
                changes += next == state ? 0 : 1;
                state = next;
            }

            var sinceEnd = words.Skip(words.ToList().LastIndexOf("end") + 1).ToHashSet();
            var bothAsked = sinceEnd.IsSupersetOf(["small", "large"]);
            return state.ToMessage().AreFriends == bothAsked && state.Version == changes;
        }));
    }
}
