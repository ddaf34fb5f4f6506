using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using Strava.Contracts.Rest;

namespace Strava.Leaderboards.Reading;

/// <summary>A <see cref="PlaceBoard"/> that has been serialised already; 200.</summary>
/// <param name="Json">The body.</param>
/// <param name="Tag">Its ETag.</param>
internal sealed record BoardAnswer(ReadOnlyMemory<byte> Json, EntityTagHeaderValue Tag)
    : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
        new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(PlaceBoard), ["application/json"]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = Json.Length;
        await httpContext.Response.Body.WriteAsync(Json, httpContext.RequestAborted);
    }
}
