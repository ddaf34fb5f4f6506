using System.Buffers;
using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using Strava.Contracts.Rest;

namespace Strava.Leaderboards.Reading;

/// <summary>
/// A <see cref="PlaceBoard"/> that has been serialised already; 200. In parts, because most of it is everybody's.
/// </summary>
/// <param name="Head">Up to the entries.</param>
/// <param name="Entries">The entries.</param>
/// <param name="Tail">The rest.</param>
/// <param name="Tag">Its ETag.</param>
internal sealed record BoardAnswer(
    ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Entries, ReadOnlyMemory<byte> Tail, EntityTagHeaderValue Tag)
    : IResult, IEndpointMetadataProvider
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(
        new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(PlaceBoard), ["application/json"]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        httpContext.Response.ContentLength = Head.Length + Entries.Length + Tail.Length;
        var body = httpContext.Response.BodyWriter;
        body.Write(Head.Span);
        body.Write(Entries.Span);
        body.Write(Tail.Span);
        await body.FlushAsync(httpContext.RequestAborted);
    }
}
