using Microsoft.AspNetCore.Builder;

namespace Strava.ServiceDefaults;

/// <summary>
/// The statuses with which this endpoint itself refuses; those of all endpoints are added by themselves.
/// </summary>
internal sealed record RefusalStatuses(IReadOnlyList<int> Statuses);

/// <summary>A body that works with a development token.</summary>
internal sealed record BodyExample(string Name, string Json, string MediaType);

/// <summary>The shape of a body that a handler reads by itself.</summary>
internal sealed record BodyShape(Type Type, string MediaType);

/// <summary>
/// What an endpoint says about itself in the API document, beside WithName, WithSummary and WithDescription.
/// </summary>
public static class EndpointDocs
{
    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RefusalStatuses(statuses));

    /// <param name="endpoint">Any number of examples each.</param>
    /// <param name="name">What it shows.</param>
    /// <param name="json">For a form: an object with its fields, the file as text.</param>
    public static TBuilder WithExample<TBuilder>(this TBuilder endpoint, string name, string json)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new BodyExample(name, json, "application/json"));

    /// <typeparam name="TBody">What a handler reads from the body by itself.</typeparam>
    public static RouteHandlerBuilder TakesJson<TBody>(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new BodyShape(typeof(TBody), "application/json"));

    /// <typeparam name="TForm">A record with a member for each field of the form.</typeparam>
    public static RouteHandlerBuilder TakesForm<TForm>(
        this RouteHandlerBuilder endpoint, string exampleName, string example)
    {
        const string Form = "multipart/form-data";
        return endpoint.WithMetadata(new BodyShape(typeof(TForm), Form), new BodyExample(exampleName, example, Form));
    }
}
