namespace Strava.Leaderboards.Boards;

/// <summary>An athlete's place as of one profile version, in force since we learned of it.</summary>
internal sealed record PlaceSince(long Version, DateTimeOffset Since, AthletePlace Place);

/// <summary>
/// All places of one athlete. An open period and all time belong to the newest place; a closed one to the place in
/// force when it closed, and what was before the first profile that we know belongs to that first one.
/// </summary>
internal sealed class PlaceHistory(IEnumerable<PlaceSince> places)
{
    private readonly PlaceSince[] _places = [.. places.OrderBy(place => place.Version)];

    public static PlaceHistory Empty { get; } = new([]);

    public AthletePlace At(Period period) =>
        (_places.LastOrDefault(place => place.Since < period.ClosesAt) ?? _places.FirstOrDefault())?.Place ?? AthletePlace.Unknown;

    /// <summary>
    /// Every place the athlete may ever have been entered for; a board of these is either set or cleared.
    /// </summary>
    public IEnumerable<Place> Ever() => _places.SelectMany(place => Place.Of(place.Place)).Append(Place.Global).Distinct();
}
