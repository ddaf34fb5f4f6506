using System.Globalization;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;

namespace Strava.Replay.Demo;

/// <summary>What there is to see, as text for a terminal.</summary>
internal sealed class Showing(Uri gateway, TextWriter output)
{
    private const int Lines = 10;
    private const int HistogramWidth = 30;

    public async Task ShowAsync(DemoMember viewer, CancellationToken cancellationToken)
    {
        await ShowFeedAsync(viewer, cancellationToken);
        foreach (var sport in SportRules.All.Select(rules => rules.Sport).OrderDescending())
        {
            await ShowBoardAsync(viewer, sport, "week", cancellationToken);
            await ShowBoardAsync(viewer, sport, "all", cancellationToken);
        }

        await ShowLegendAsync(viewer, cancellationToken);
        ShowDoor(viewer.Athlete.Name);
    }

    private async Task ShowFeedAsync(DemoMember viewer, CancellationToken cancellationToken)
    {
        var path = $"/activities?mode=FRIENDS&page=1&pageSize={Lines}";
        var feed = (await viewer.Session.GetAsync(path, cancellationToken)).Read<List<PartialActivity>>();
        var table = new Table("when (UTC)", "athlete", "activity", ">distance", ">moving", ">climb");
        foreach (var line in feed)
        {
            table.Add(
                line.StartedAt.UtcDateTime.ToString("ddd dd MMM HH:mm", CultureInfo.InvariantCulture),
                line.AthleteName ?? "?",
                line.Name,
                Figures.Kilometres(line.DistanceMeters),
                Figures.Duration(line.MovingSeconds),
                Figures.Climb(line.ElevationGainMeters));
        }

        Print($"What the friends of {viewer.Athlete.Name} did, newest first", table);
    }

    private async Task ShowBoardAsync(
        DemoMember viewer, Sport sport, string window, CancellationToken cancellationToken)
    {
        var country = viewer.Athlete.Country;
        var path = Arrival.BoardPath(sport, country, window, Lines);
        var board = (await viewer.Session.GetAsync(path, cancellationToken)).Read<PlaceBoard>();
        var table = new Table(">rank", "athlete", ">distance", ">activities");
        foreach (var entry in board.Entries)
        {
            table.Add(
                entry.Rank.ToString(CultureInfo.InvariantCulture),
                entry.AthleteName ?? "?",
                Figures.Kilometres(entry.DistanceMeters),
                entry.Activities.ToString(CultureInfo.InvariantCulture));
        }

        var period = window == "week" ? $"this week ({board.Board.Period})" : "all time";
        Print($"{SportRules.Of(sport).Word} in {country}, {period}", table);
    }

    private async Task ShowLegendAsync(DemoMember viewer, CancellationToken cancellationToken)
    {
        var segment = (await viewer.Session.GetAsync(Arrival.SegmentPath, cancellationToken)).Read<Segment>();
        var legend = (await viewer.Session.GetAsync($"{Arrival.SegmentPath}/local-legend", cancellationToken)).Read<LocalLegend>();
        var histogram = (await viewer.Session.GetAsync($"{Arrival.SegmentPath}/histogram", cancellationToken)).Read<LegendHistogram>();
        var most = histogram.Bins.Select(bin => bin.Athletes).DefaultIfEmpty(1).Max();
        var table = new Table(">efforts", ">athletes", "", "");
        foreach (var (index, bin) in histogram.Bins.Index())
        {
            string[] marks =
            [
                .. index == histogram.LegendBin ? ["the legend"] : Array.Empty<string>(),
                .. index == histogram.ViewerBin ? [viewer.Athlete.Name] : Array.Empty<string>(),
            ];
            table.Add(
                bin.From == bin.To ? $"{bin.From}" : $"{bin.From}-{bin.To}",
                bin.Athletes.ToString(CultureInfo.InvariantCulture),
                new string('#', (int)Math.Ceiling((double)HistogramWidth * bin.Athletes / Math.Max(most, 1))),
                marks.Length == 0 ? "" : $"<- {string.Join(", ", marks)}");
        }

        var who = legend.Athlete is { } athlete
            ? $"{athlete.Name ?? "?"} is the Local Legend with {legend.EffortCount} efforts"
            : "nobody is the Local Legend";
        Print(
            $"Segment {segment.Name} ({Figures.Kilometres(segment.LengthMeters)}, {Figures.Climb(segment.ClimbMeters ?? 0)} up), the last {legend.WindowDays} days: {who}; "
            + $"{viewer.Athlete.Name} has {legend.Viewer.EffortCount}",
            table);
    }

    private void Print(string title, Table table)
    {
        output.WriteLine();
        output.WriteLine(title);
        output.Write(table.ToString());
    }

    private void ShowDoor(string athlete)
    {
        var address = gateway.ToString().TrimEnd('/');
        output.WriteLine(
            $$"""

            The API is at {{address}}. A token for {{athlete}}, and the feed above:

              TOKEN=$(curl -s {{address}}/dev/token -H 'Content-Type: application/json' -d '{"athlete":"{{athlete}}"}' \
                | sed 's/.*"accessToken":"\([^"]*\)".*/\1/')
              curl -s "{{address}}/activities?mode=FRIENDS&page=1&pageSize=10" -H "Authorization: Bearer $TOKEN"
            """);
    }
}
