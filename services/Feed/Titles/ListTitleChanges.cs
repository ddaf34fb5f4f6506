using System.ComponentModel;
using System.Security.Claims;
using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts.Messages;
using Strava.Contracts.Rest;
using Strava.ServiceDefaults;

namespace Strava.Feeds.Titles;

/// <summary><c>GET /feed/local-legends</c>: titles that the caller or a friend has won or lost.</summary>
internal static class ListTitleChanges
{
    public static WebApplicationBuilder AddTitleChanges(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TitleChanges>();
        return builder;
    }

    public static void AddTitleConsumer(this IBusRegistrationConfigurator bus) => bus.AddConsumer<TitleConsumer>();

    public static void MapListTitleChanges(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/feed/local-legends", ListAsync).WithName("ListTitleChanges").WithTags("Feed")
            .WithSummary("Local Legend titles that you or your friends won or lost, newest first")
            .WithDescription("The Link header's rel=\"next\" goes on.");

    private static async Task<Results<Ok<List<TitleChange>>, ProblemHttpResult>> ListAsync(
        [Description("From the Link header of a page.")] string? cursor,
        Paging paging,
        ClaimsPrincipal caller,
        TitleChanges changes,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (paging.Page != 1)
        {
            return Problems.Malformed("page", "This list has no page numbers: follow the Link header's rel=\"next\".");
        }

        var after = TitleCursor.Start;
        if (cursor is not null && !TitleCursor.TryRead(cursor, out after))
        {
            return Problems.Malformed("cursor", "This cursor is none of ours: take it from the Link header of a page.");
        }

        // One line more than asked for tells whether there is a next page.
        var lines = await changes.ReadAsync(caller.AthleteId(), after, paging.PageSize + 1, cancellationToken);
        if (lines.Count > paging.PageSize)
        {
            lines.RemoveAt(paging.PageSize);
            NextLink.Add(http, "cursor", new TitleCursor(lines[^1].Date, lines[^1].SegmentId).ToString());
        }

        return TypedResults.Ok(lines);
    }
}

internal sealed class TitleConsumer(TitleChanges changes) : IConsumer<LocalLegendChanged>
{
    public Task Consume(ConsumeContext<LocalLegendChanged> context) =>
        changes.RecordAsync(context.Message, context.CancellationToken);
}
