namespace Strava.Leaderboards.Boards;

/// <summary>An athlete's place as of one profile version, in force since we learned of it.</summary>
internal sealed record PlaceSince(long Version, DateTimeOffset Since, AthletePlace Place)
{
    /// <summary>What it stands for on boards, worked out once: a city's code takes some time.</summary>
    public IReadOnlyList<Place> Places { get; } = [.. Boards.Place.Of(Place)];
}

/// <summary>
/// All places of one athlete. An open period and all time belong to the newest place; a closed one to the place in
/// force when it closed, and what was before the first profile that we know belongs to that first one.
/// </summary>
internal sealed class PlaceHistory
{
    private static readonly IReadOnlyList<Place> Nowhere = [Place.Global];
    private readonly PlaceSince[] _places;

    public PlaceHistory(IEnumerable<PlaceSince> places)
    {
        _places = [.. places.OrderBy(place => place.Version)];
        Ever = [.. _places.SelectMany(place => place.Places).Append(Place.Global).Distinct()];
    }

    public static PlaceHistory Empty { get; } = new([]);

    /// <summary>
    /// Every place the athlete may ever have been entered for; a board of these is either set or cleared.
    /// </summary>
    public IReadOnlyList<Place> Ever { get; }

    /// <summary>Where the athlete is entered in that period.</summary>
    public IReadOnlyList<Place> At(Period period) =>
        (_places.LastOrDefault(place => place.Since < period.ClosesAt) ?? _places.FirstOrDefault())?.Places ?? Nowhere;
}
