using Strava.Activities.Imports;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Fuzz.Mutation;
using Strava.Fuzz.Running;

namespace Strava.Fuzz.Targets;

/// <summary>
/// An imported file from the first byte to the figures, as the import does it. What it takes must be exported and
/// imported again with equal figures.
/// </summary>
internal sealed class GpxTarget : FuzzTarget
{
    public override string Name => "gpx";

    public override long MostBytes(int inputBytes) => 16_000_000 + (1_000L * inputBytes);

    public override byte[] Make(Random random) => Gpx.Make(random);

    public override void Read(byte[] input)
    {
        if (Import(input) is not { } imported)
        {
            return;
        }

        var (sport, log, chunks, heights) = imported;
        BrokenPropertyException.Unless(chunks.Sum(chunk => chunk.Points.Length) > 0, "No file without a position is taken.");
        BrokenPropertyException.Unless(
            log.State == ActivityState.Complete && StateLog.Read(log.Changes).IsAccepted, "A phone could not have sent this log.");
        var figures = Figures.Of(sport, log, chunks, heights);
        var again = Import(Gpx.Export(sport, log, chunks, heights));
        BrokenPropertyException.Unless(again is not null, "What was exported is refused.");
        var same = Figures.Of(again!.Value.Sport, again.Value.Log, again.Value.Chunks, again.Value.Heights);
        BrokenPropertyException.Unless(
            Counted(same) == Counted(figures), $"Exported and imported again it is {Counted(same)} and no longer {Counted(figures)}.");
    }

    /// <returns><c>null</c> when it is refused as documented.</returns>
    private static (Sport Sport, StateLog Log, IReadOnlyList<TrackChunk> Chunks, ElevationSource? Heights)? Import(byte[] file)
    {
        try
        {
            var track = GpxReader.Read(new MemoryStream(file));
            track.Check(Tracks.Now);
            return (track.Sport ?? Sport.Run, track.StateLog(Tracks.Now), track.Chunks(), track.ElevationSource);
        }
        catch (ImportFailureException failure)
        {
            BrokenPropertyException.Unless(failure is { Code.Length: > 0, Message.Length: > 10 }, "A refusal without a reason.");
            return null;
        }
    }

    /// <summary>Without what lies in pauses: it counts nothing and is not exported.</summary>
    private static (long, long, long, long, long, long) Counted(TrackFigures figures) => (
        figures.DistanceMillimeters, figures.TotalMs, figures.ActiveMs, figures.MovingMs, figures.ElevationGainCm, figures.ElevationLossCm);
}
