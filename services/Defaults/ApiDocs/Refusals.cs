using System.Globalization;
using Microsoft.OpenApi;

namespace Strava.ServiceDefaults.ApiDocs;

/// <summary>Every refusal is the same problem; a document holds each status once and operations point at it.</summary>
internal static class Refusals
{
    private const string Problem = "Problem";

    private static readonly Dictionary<int, string> Sentences = new()
    {
        [400] = "The request cannot be read: JSON, types, missing members, unknown words.",
        [401] = "There is no valid token.",
        [403] = "You may see this, but not change it.",
        [404] = "Not there, or not for you: nobody can tell which.",
        [409] = "Not in this state; the problem says in which it is and what is allowed.",
        [412] = "If-Match names another version than the current one.",
        [413] = "The body is too large; `limit` says how large it may be.",
        [415] = "The Content-Type or Content-Encoding is not read here.",
        [422] = "Readable, but it cannot be so: ranges, times.",
        [429] = "Too many requests; the same one may be sent again after Retry-After.",
        [503] = "Something that this needs is away; the same request may be sent again after Retry-After.",
    };

    public static IOpenApiResponse Of(int status, OpenApiDocument document) =>
        Sentences.ContainsKey(status)
            ? new OpenApiResponseReference(IdOf(status), document)
            : throw new InvalidOperationException($"Say in {nameof(Refusals)} what {status} means.");

    /// <summary>Adds those that the operations point at.</summary>
    public static void AddTo(OpenApiDocument document)
    {
        document.AddComponent(Problem, ProblemSchema());
        var used = document.Paths.Values.SelectMany(path => path.Operations ?? [])
            .SelectMany(operation => operation.Value.Responses?.Keys ?? Enumerable.Empty<string>()).ToHashSet();
        foreach (var (status, sentence) in Sentences.Where(one => used.Contains(TextOf(one.Key))))
        {
            document.AddComponent(IdOf(status), Response(status, sentence, document));
        }
    }

    public static string TextOf(int status) => status.ToString(CultureInfo.InvariantCulture);

    private static string IdOf(int status) => $"{Problem}{TextOf(status)}";

    private static OpenApiResponse Response(int status, string sentence, OpenApiDocument document) => new()
    {
        Description = sentence,
        Headers = status switch
        {
            401 => Header("WWW-Authenticate", "Bearer, and what is wrong with the token.", JsonSchemaType.String),
            429 or 503 => Header("Retry-After", "Seconds to wait.", JsonSchemaType.Integer),
            _ => null,
        },
        Content = new Dictionary<string, OpenApiMediaType>
        {
            ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(Problem, document) },
        },
    };

    private static Dictionary<string, IOpenApiHeader> Header(
        string name, string description, JsonSchemaType type) => new()
        {
            [name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } },
        };

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "RFC 9457 problem details. Some codes add members of their own, such as `state` and `allowed`.",
        Required = new HashSet<string>
        {
            "type", "title", "status", "detail", "instance", "code", "retryable", "traceId",
        },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["type"] = Text("Stable, relative: /problems/ and the code."),
            ["title"] = Text("The status in words."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = Text("A sentence for people."),
            ["instance"] = Text("The path that was asked for."),
            ["code"] = Text("Stable, for programs."),
            ["retryable"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Boolean,
                Description = "Whether the same request may ever succeed. False: put it aside.",
            },
            ["traceId"] = Text("Names the request in logs and traces."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "By field: what is wrong with it.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text("A sentence.") },
            },
        },
    };

    private static OpenApiSchema Text(string description) =>
        new() { Type = JsonSchemaType.String, Description = description };
}
