using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Strava.ServiceDefaults.ApiDocs;

namespace Strava.ServiceDefaults;

/// <summary>
/// OpenAPI 3.1 of this process at /openapi/v1.json, worked out from its endpoints. What is the same everywhere (tokens,
/// refusals, paging, strict JSON) is said here once; an endpoint adds its own words with <see cref="EndpointDocs"/>.
/// </summary>
public static class ApiDocuments
{
    public const string Name = "v1";

    public static bool AreEnabled(IConfiguration configuration, IHostEnvironment environment) =>
        configuration.ReadSettings<ApiDocsOptions>(ApiDocsOptions.Section).Enabled ?? !environment.IsProduction();

    internal static void AddApiDocuments(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ApiDocsOptions>().BindSettings(ApiDocsOptions.Section);
        if (!AreEnabled(builder.Configuration, builder.Environment))
        {
            return;
        }

        builder.Services.AddOpenApi(Name, options =>
        {
            options.AddSchemaTransformer<SchemaDocuments>();
            options.AddOperationTransformer<OperationDocuments>();
            options.AddDocumentTransformer<WholeDocument>();
        });
    }

    /// <summary>Open: it tells how to ask, and holds nobody's data.</summary>
    internal static void MapApiDocuments(this WebApplication app)
    {
        if (AreEnabled(app.Configuration, app.Environment))
        {
            app.MapOpenApi().AllowAnonymous();
        }
    }
}

internal sealed class ApiDocsOptions
{
    public const string Section = "ApiDocs";

    /// <summary>Not set: everywhere but in Production.</summary>
    public bool? Enabled { get; set; }
}
