using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.OpenApi;

namespace Strava.ServiceDefaults.ApiDocs;

/// <summary>What is said of the document as a whole.</summary>
internal sealed class WholeDocument(IHostEnvironment environment) : IOpenApiDocumentTransformer
{
    public const string Bearer = "bearer";

    /// <summary>Routes that exist without being described, so that a check can demand a reason for each.</summary>
    private const string OtherRoutes = "x-other-routes";

    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = environment.ApplicationName.Replace("Strava.", "", StringComparison.Ordinal),
            Version = ApiDocuments.Name,
            Description = "JSON, camelCase, UTC, metres and seconds. Every write may safely be sent again.",
        };

        // Relative to where the document was read: behind the gateway a service does not know the caller's name for it.
        document.Servers = [new OpenApiServer { Url = "/" }];
        document.AddComponent<IOpenApiSecurityScheme>(Bearer, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "JWT",
            Description = "Of the configured OpenID Connect issuer; in Development POST /dev/token hands one out.",
        });
        Refusals.AddTo(document);

        var described = document.Paths
            .SelectMany(path => path.Value.Operations!.Keys.Select(method => $"{method.Method} {path.Key}"))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var others = context.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>().SelectMany(NamesOf)
            .Where(route => !described.Contains(route)).Distinct().Order(StringComparer.Ordinal)
            .Select(route => JsonValue.Create(route)).ToArray<JsonNode>();
        document.AddExtension(OtherRoutes, new JsonNodeExtension(new JsonArray(others)));
        return Task.CompletedTask;
    }

    private static IEnumerable<string> NamesOf(RouteEndpoint endpoint)
    {
        var segments = endpoint.RoutePattern.PathSegments
            .Select(segment => string.Concat(segment.Parts.Select(TextOf)));
        var path = "/" + string.Join('/', segments);
        var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"];
        return methods.DefaultIfEmpty("*").Select(method => $"{method} {path}");
    }

    private static string TextOf(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternParameterPart { IsCatchAll: true } rest => $"{{**{rest.Name}}}",
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "?",
    };
}
