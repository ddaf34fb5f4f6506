using Strava.Figures;

// dotnet run --project tests/Figures [folder]: the recordings lie beside the checkout, not in it.
var folder = Path.GetFullPath(args.Length > 0 ? args[0] : Path.Combine("..", "shared", "data"));
if (!Directory.Exists(folder))
{
    Console.Error.WriteLine($"{folder} is absent: run this in the checkout's root, or name the recordings' folder.");
    return 1;
}

using var tools = new OtherTools();
var compared = new List<Compared>();
foreach (var recording in Recording.All)
{
    if (tools.AsGpx(Path.Combine(folder, recording.File)) is { } gpx)
    {
        var ours = OurFigures.Of(gpx, recording.Sport);
        compared.Add(new Compared(recording, ours, OtherTools.GpxInfo(gpx), OtherTools.BabelMeters(gpx)));
    }
    else
    {
        Console.Error.WriteLine($"left out: {recording.File} (absent, or gpsbabel is not installed)");
    }
}

Tables.Write(Console.Out, compared);
return 0;
