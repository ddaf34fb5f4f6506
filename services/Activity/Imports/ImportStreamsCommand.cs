using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Strava.Activities.Activities;
using Strava.Activities.Sharding;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;

namespace Strava.Activities.Imports;

/// <summary>One line of the file.</summary>
/// <param name="Id">The activity's.</param>
/// <param name="AthleteId">Its athlete's.</param>
/// <param name="Recording">As <c>PUT /activities/{id}/recording</c> takes it.</param>
internal sealed record StreamLine(Guid Id, Guid AthleteId, PutRecording Recording);

/// <summary>
/// <c>--import-streams FILE</c>: whole recordings, a JSON object a line, by the hundred in one transaction. Ends with
/// 0; with 1 at a line that cannot be taken, which it names: what came before stays, and the command may be run again,
/// since what exists is skipped.
/// </summary>
internal static class ImportStreamsCommand
{
    private const int Failed = 1;
    private const int BatchStreams = 200;

    /// <returns>True when the process was started for this, so that Main returns.</returns>
    public static async Task<bool> RunImportStreamsIfAskedAsync(this WebApplication app, string[] args)
    {
        if (args is not ["--import-streams", var file])
        {
            return false;
        }

        await OneOffCommand.RunAsync(
            cancellationToken => RunAsync(app.Services, file, Console.Out, cancellationToken),
            "interrupted: what was written stays, run it again");
        return true;
    }

    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(
        IServiceProvider services, string file, TextWriter output, CancellationToken cancellationToken)
    {
        var shards = services.GetRequiredService<Shards>();
        var clock = services.GetRequiredService<TimeProvider>();
        var json = services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var (number, written, skipped) = (0, 0, 0);
        var batch = new List<StreamLine>(BatchStreams);
        await foreach (var text in File.ReadLinesAsync(file, cancellationToken))
        {
            number++;
            if (Read(text, json, clock.GetUtcNow(), out var fault) is not { } line)
            {
                await StoreAsync();
                await output.WriteLineAsync($"line {number}: {fault}; {written} written, {skipped} skipped");
                return Failed;
            }

            batch.Add(line);
            if (batch.Count == BatchStreams)
            {
                await StoreAsync();
            }
        }

        await StoreAsync();
        await output.WriteLineAsync($"{written} written, {skipped} skipped");
        return 0;

        async Task StoreAsync()
        {
            if (shards.AreSeveral)
            {
                // Nobody watches the map for a command.
                await shards.Map.RefreshAsync(cancellationToken);
            }

            foreach (var lines in batch.GroupBy(line => shards.Of(line.AthleteId)))
            {
                var stored = await new BulkRecordings(lines.Key, clock).StoreAsync(
                    [.. lines.Select(line => (line.Id, PutRecordingEndpoint.RecordingOf(line.Recording, line.AthleteId)))], cancellationToken);
                written += stored.Count;
                foreach (var line in lines.Where(line => !stored.Contains(line.Id)))
                {
                    skipped++;
                    await output.WriteLineAsync($"{line.Id}: exists, skipped");
                }
            }

            batch.Clear();
        }
    }

    private static StreamLine? Read(string text, JsonSerializerOptions json, DateTimeOffset now, out string fault)
    {
        try
        {
            var line = JsonSerializer.Deserialize<StreamLine>(text, json);
            var problems = line?.Recording?.Validate(now);
            fault = problems is not { IsValid: true }
                ? "no recording that could be stored"
                : line!.Recording.ToStateLog().State == ActivityState.Complete ? "" : "its state log does not end with COMPLETE";
            return fault.Length == 0 ? line : null;
        }
        catch (JsonException exception)
        {
            fault = $"no such JSON (at {exception.Path})";
            return null;
        }
    }
}
