namespace Strava.Leaderboards.Boards;

/// <summary>An athlete's place as of one profile version, in force since we learned of it.</summary>
/// <param name="Version">Of the profile.</param>
/// <param name="Since">When we learned of it.</param>
/// <param name="Place">By the profile.</param>
/// <param name="Known">What it stands for, where that has been worked out before.</param>
internal sealed record PlaceSince(
    long Version, DateTimeOffset Since, AthletePlace Place, IReadOnlyList<Place>? Known = null)
{
    /// <summary>What it stands for on boards, worked out once: a city's code takes some time.</summary>
    public IReadOnlyList<Place> Places { get; } = Known ?? [.. Boards.Place.Of(Place)];
}

/// <summary>
/// All places of one athlete. An open period and all time belong to the newest place; a closed one to the place in
/// force when it closed, and what was before the first profile that we know belongs to that first one.
/// </summary>
internal sealed class PlaceHistory
{
    private static readonly IReadOnlyList<Place> Nowhere = [Place.Global];
    private readonly PlaceSince[] _places;
    private IReadOnlyList<Place>? _ever;

    public PlaceHistory(IEnumerable<PlaceSince> places)
    {
        _places = [.. places.OrderBy(place => place.Version)];
    }

    public static PlaceHistory Empty { get; } = new([]);

    /// <summary>
    /// Every place the athlete may ever have been entered for; a board of these is either set or cleared.
    /// </summary>
    public IReadOnlyList<Place> Ever =>
        _ever ??= [.. _places.SelectMany(place => place.Places).Append(Place.Global).Distinct()];

    /// <summary>Where the athlete is entered in that period.</summary>
    public IReadOnlyList<Place> At(Period period) =>
        (_places.LastOrDefault(place => place.Since < period.ClosesAt) ?? _places.FirstOrDefault())?.Places ?? Nowhere;
}
