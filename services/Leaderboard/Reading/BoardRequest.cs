using System.Globalization;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// What a caller asked for, in its own words turned into ours; every fault names the words that are allowed.
/// </summary>
internal sealed record BoardRequest(Sport Sport, Place Place, Window Window, Period? Period, int Top)
{
    public const int MaxTop = 100;

    /// <returns>The request, or the faults by field.</returns>
    public static (BoardRequest? Request, Dictionary<string, string[]> Faults) Parse(
        string sport, string? place, string? window, string? period, string? top)
    {
        var faults = new Dictionary<string, string[]>();
        var (sportValue, placeValue, windowValue) =
            (SportRules.Parse(sport), Place.Parse(place ?? "global"), Window.Find(window ?? "week"));
        if (sportValue is null)
        {
            faults["sport"] = [$"Unknown sport; allowed: {List(SportRules.All.Select(rules => rules.Word))}."];
        }

        if (placeValue is null)
        {
            faults["place"] = [$"Unknown place; allowed forms: {List(PlaceKind.All.Select(kind => kind.Form))}."];
        }

        if (windowValue is null)
        {
            faults["window"] = [$"Unknown window; allowed: {List(Window.All.Select(known => known.Word))}."];
        }

        var periodValue = period is null ? null : windowValue?.Parse(period);
        if (period is not null && windowValue is not null && periodValue is null)
        {
            faults["period"] = windowValue.PeriodForm is { } form
                ? [$"No such period; allowed with window {windowValue.Word}: {form}."]
                : [$"The window {windowValue.Word} has no periods; leave it out."];
        }

        var topValue = MaxTop;
        if (top is not null
            && (!int.TryParse(top, NumberStyles.None, CultureInfo.InvariantCulture, out topValue) || topValue is < 1 or > MaxTop))
        {
            faults["top"] = [$"Must be one whole number from 1 to {MaxTop}."];
        }

        return faults.Count > 0
            ? (null, faults)
            : (new BoardRequest(sportValue!.Value, placeValue!, windowValue!, periodValue, topValue), faults);
    }

    /// <param name="localDay">The viewer's day: without a period, the one around it is meant.</param>
    public BoardKey KeyAt(DateOnly localDay) => new(Sport, Place, Window, Period ?? Window.Containing(localDay));

    private static string List(IEnumerable<string> words) => string.Join(", ", words);
}
