using System.Reflection;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Docs;

/// <summary>A document that the page shows.</summary>
internal sealed record ListedDocument(string Name, string Url);

/// <summary>
/// The documents of all services on one page: docs.html, docs.js and docs.css, all of them ours and inside this
/// program, so that it works without the internet. Which services there are is data: section ApiDocs of
/// appsettings.json.
/// </summary>
internal static class DocsPage
{
    public const string Path = "/docs";
    public const string Section = "ApiDocs";

    /// <summary>Own files and own addresses only; no inline script can run.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string[] Methods = ["GET", "HEAD"];

    public static void MapDocs(this WebApplication app)
    {
        if (!ApiDocuments.AreEnabled(app.Configuration, app.Environment))
        {
            return;
        }

        var page = app.MapGroup(Path).AllowAnonymous().ExcludeFromDescription();
        page.MapFile("", "docs.html", "text/html; charset=utf-8");
        page.MapFile("/docs.js", "docs.js", "text/javascript; charset=utf-8");
        page.MapFile("/docs.css", "docs.css", "text/css; charset=utf-8");
        var documents = Documents(app.Configuration);
        page.MapMethods("/documents", Methods, () => TypedResults.Ok(documents));
    }

    private static void MapFile(this RouteGroupBuilder page, string path, string name, string contentType)
    {
        var content = Read(name);
        page.MapMethods(path, Methods, (HttpContext context) =>
        {
            context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
            context.Response.Headers.CacheControl = "no-cache";
            return TypedResults.Bytes(content, contentType);
        });
    }

    private static ListedDocument[] Documents(IConfiguration configuration) =>
    [
        new("gateway", $"/openapi/{ApiDocuments.Name}.json"),
        .. configuration.GetSection($"{Section}:Routes").GetChildren()
            .Select(route => new ListedDocument(route["ClusterId"]!, route["Match:Path"]!)),
    ];

    private static byte[] Read(string name)
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var content = new MemoryStream();
        file.CopyTo(content);
        return content.ToArray();
    }
}
