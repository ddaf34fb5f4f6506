using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Activities.Activities;
using Strava.Contracts;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Core.Idempotency;
using Strava.Core.Reading;
using Strava.ServiceDefaults;

namespace Strava.Activities.Imports;

/// <summary>
/// <c>POST /activities/import</c>: a multipart form with <c>file</c> and optionally <c>type</c>, <c>name</c>,
/// <c>visibility</c>. The content decides the format, never the file's name. A duplicate is answered with the activity
/// that was there first.
/// </summary>
internal static class ImportActivityEndpoint
{
    // A bearer token is no cookie: no other site's form can send it, so there is nothing to forge.
    public static void MapImportActivity(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/activities/import", HandleAsync).DisableAntiforgery()
            .WithName("ImportActivity").WithTags("Recording").WithSummary("Import a GPX file")
            .WithDescription("201 with what was made; a duplicate is 200 with the activity that was there first.")
            .TakesForm<ImportFormShape>("a short walk by the sea", ImportFormShape.Example)
            .Refuses(422);

    private static async Task<Results<Created<PartialActivity[]>, Ok<PartialActivity[]>, ProblemHttpResult>> HandleAsync(
        HttpContext context, ImportStore imports, ActivityStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!ImportForm.IsMultipart(context.Request))
        {
            return Problems.UnsupportedMediaType("Send multipart/form-data with a part named file.");
        }

        var form = ImportForm.Read(await context.Request.ReadFormAsync(cancellationToken));
        if (!form.Problems.IsValid)
        {
            return form.Problems.AsProblem();
        }

        try
        {
            await using var file = form.File!.OpenReadStream();
            var recording = await ReadAsync(file, form, context.User.AthleteId(), clock.GetUtcNow(), cancellationToken);
            Created<PartialActivity[]>? created = null;
            var stored = await imports.StoreAsync(
                recording,
                (batch, made) =>
                {
                    created = TypedResults.Created($"/activities/{made.Activity.Id}", Answer(made));
                    batch.Keep(context, created, created.Location);
                },
                cancellationToken);
            if (stored.IsNew)
            {
                return created!;
            }

            var known = TypedResults.Ok(Answer(stored));
            await store.KeepAsync(session: null, context, known, cancellationToken);
            return known;
        }
        catch (ImportFailureException failure)
        {
            return Problems.Impossible("file", failure.Message, failure.Code);
        }
    }

    private static async Task<WholeRecording> ReadAsync(
        Stream file, ImportForm form, Guid athleteId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sha256 = await SHA256.HashDataAsync(file, cancellationToken);
        file.Position = 0;
        var track = GpxReader.Read(file);
        track.Check(now);
        return new WholeRecording(
            athleteId,
            form.Sport ?? track.Sport ?? Sport.Run,
            form.Name ?? track.Name,
            form.Visibility ?? Visibility.Everyone,
            TimeZone: null,
            track.StateLog(now),
            track.Chunks(),
            sha256,
            track.ElevationSource);
    }

    private static PartialActivity[] Answer(StoredImport stored) =>
    [
        ActivityAnswers.Partial(stored.Activity, athleteName: null) with
        {
            Warnings = stored.Overlapping.Count == 0
                ? null
                : [new("overlap", "You have other activities at the same time: look whether one is too many.", stored.Overlapping)],
        },
    ];
}
