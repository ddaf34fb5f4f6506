using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Activities.Activities;
using Strava.Contracts;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.ServiceDefaults;

namespace Strava.Activities.Imports;

/// <summary>
/// <c>POST /activities/import</c>: a multipart form with <c>file</c> and optionally <c>type</c>, <c>name</c>, <c>visibility</c>. The content
/// decides the format, never the file's name. The same file again answers with the activity it made: its hash is unique an athlete.
/// </summary>
internal static class ImportActivityEndpoint
{
    public static void MapImportActivity(this IEndpointRouteBuilder routes) => routes.MapPost("/activities/import", HandleAsync);

    private static async Task<Results<Created<PartialActivity[]>, Ok<PartialActivity[]>, ProblemHttpResult>> HandleAsync(
        HttpContext context, NpgsqlDataSource database, RecordingStore recordings, ActivityStore store, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (!context.Request.HasFormContentType)
        {
            return Problems.UnsupportedMediaType("Send multipart/form-data with a part named file.");
        }

        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (ImportForm.Read(form) is not { Problems.IsValid: true } request)
        {
            return Problems.Malformed(ImportForm.Read(form).Problems.Errors);
        }

        await using var file = request.File!.OpenReadStream();
        var athleteId = context.User.AthleteId();
        var sha256 = await SHA256.HashDataAsync(file, cancellationToken);
        if (await FindImportedAsync(database, athleteId, sha256, store, cancellationToken) is { } known)
        {
            return TypedResults.Ok(Answer(known));
        }

        var now = clock.GetUtcNow();
        WholeRecording recording;
        try
        {
            file.Position = 0;
            var track = GpxReader.Read(file);
            recording = new WholeRecording(
                athleteId,
                request.Sport ?? track.Sport ?? Sport.Run,
                request.Name ?? track.Name,
                request.Visibility ?? Visibility.Everyone,
                TimeZone: null,
                track.StateLog(now),
                track.Chunks(),
                sha256);
        }
        catch (ImportFailureException failure)
        {
            return Problems.Impossible("file", failure.Message, failure.Code);
        }

        try
        {
            var stored = await recordings.StoreAsync(Guid.CreateVersion7(now), recording, cancellationToken);
            return TypedResults.Created("/activities", Answer(stored!.Stream.Activity));
        }
        catch (PostgresException race) when (race is { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "imported_file" })
        {
            // The same file came twice at once: the other request stored it.
            return TypedResults.Ok(Answer((await FindImportedAsync(database, athleteId, sha256, store, cancellationToken))!));
        }
    }

    private static async Task<Activity?> FindImportedAsync(
        NpgsqlDataSource database, Guid athleteId, byte[] sha256, ActivityStore store, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT activity_id FROM imported_file WHERE athlete_id = $1 AND sha256 = $2");
        command.Parameters.Add(new() { Value = athleteId });
        command.Parameters.Add(new() { Value = sha256 });
        return await command.ExecuteScalarAsync(cancellationToken) is Guid id ? await store.FindAsync(id, cancellationToken) : null;
    }

    private static PartialActivity[] Answer(Activity activity) => [ActivityAnswers.Partial(activity, athleteName: null)];
}
