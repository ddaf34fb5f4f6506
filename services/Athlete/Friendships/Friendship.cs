using System.Text.Json.Serialization;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.ServiceDefaults;

namespace Strava.Athletes.Friendships;

/// <summary>How one side sees a pair.</summary>
[JsonConverter(typeof(WireEnumConverter<FriendState>))]
internal enum FriendState
{
    [JsonStringEnumMemberName("FRIENDS")]
    Friends = 1,

    [JsonStringEnumMemberName("REQUESTED_BY_ME")]
    RequestedByMe = 2,

    [JsonStringEnumMemberName("REQUESTED_BY_THEM")]
    RequestedByThem = 3,
}

/// <summary>Two athletes in the order that all services share; Postgres orders uuids the same.</summary>
internal readonly record struct Pair
{
    private static readonly Guid Keys = new("0b6b64b5-5bd0-5a0e-8d0e-3f6f3f0e5f11");

    private Pair((Guid A, Guid B) ordered) => (A, B) = ordered;

    public Guid A { get; }

    public Guid B { get; }

    /// <summary>Orders the pair's messages in the outbox.</summary>
    public Guid Key => NameBasedGuid.Create(Keys, $"{A:D}/{B:D}");

    public static Pair Of(Guid one, Guid other) => new(FriendshipChanged.Order(one, other));
}

/// <summary>
/// Who of a pair has asked. Pure: every change answers the next version, or the same one where nothing changes.
/// </summary>
internal sealed record Friendship(Pair Pair, long Version, bool AskedByA, bool AskedByB)
{
    public Friendship Ask(Guid by) =>
        Become(AskedByA || by == Pair.A, AskedByB || by == Pair.B);

    /// <summary>By either side, for both: a request is taken back, refused, or the friendship is over.</summary>
    public Friendship End() => Become(askedByA: false, askedByB: false);

    /// <returns><c>null</c>: there is nothing between the two.</returns>
    public FriendState? StateFor(Guid viewer) => (viewer == Pair.A ? (AskedByA, AskedByB) : (AskedByB, AskedByA)) switch
    {
        (true, true) => FriendState.Friends,
        (true, false) => FriendState.RequestedByMe,
        (false, true) => FriendState.RequestedByThem,
        _ => null,
    };

    public FriendshipChanged ToMessage() => new()
    {
        AthleteA = Pair.A,
        AthleteB = Pair.B,
        Version = Version,
        AreFriends = AskedByA && AskedByB,
    };

    private Friendship Become(bool askedByA, bool askedByB) =>
        (askedByA, askedByB) == (AskedByA, AskedByB)
            ? this
            : this with { AskedByA = askedByA, AskedByB = askedByB, Version = Version + 1 };
}
