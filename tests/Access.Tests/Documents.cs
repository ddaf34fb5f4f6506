using System.Text.Json.Nodes;

namespace Strava.Access;

/// <summary>An operation as its service's document describes it.</summary>
internal sealed record Operation(string Service, string Name, JsonObject Node, JsonObject Document)
{
    public string Id => (string)Node["operationId"]!;

    public string? MediaType => Content?.First().Key;

    public JsonObject? Schema => Content is { } content ? Resolve(content.First().Value!["schema"]!.AsObject()) : null;

    public IEnumerable<(string Name, JsonNode Body)> Examples =>
        Content?.First().Value!["examples"]?.AsObject()
            .Select(example => (example.Key, example.Value!["value"]!)) ?? [];

    private JsonObject? Content => Node["requestBody"]?["content"]?.AsObject();

    public bool Answers(int status) => Node["responses"]!.AsObject().ContainsKey($"{status}");

    /// <summary>Headers that the document promises for this status and that the answer lacks.</summary>
    public string[] MissingHeaders(Answer answer)
    {
        var headers = Node["responses"]![$"{answer.Status}"]!["headers"]?.AsObject();
        return [.. headers?.Select(header => header.Key).Where(name => !answer.HeaderNames.Contains(name)) ?? []];
    }

    public bool NeedsToken => Node["security"] is JsonArray { Count: > 0 };

    /// <summary>Follows references, and takes the one that is not null.</summary>
    public JsonObject Resolve(JsonObject schema)
    {
        if (schema["oneOf"] is JsonArray either)
        {
            return Resolve(either.Select(one => one!.AsObject()).First(one => (string?)one["type"] != "null"));
        }

        return schema["$ref"] is { } reference
            ? Resolve(Document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]!.AsObject())
            : schema;
    }
}

/// <summary>The documents of all processes, as they give them away.</summary>
internal sealed class Documents
{
    public static readonly string[] Services = ["activity", "athlete", "feed", "leaderboard", "locallegend", "gateway"];

    private readonly Dictionary<string, JsonObject> _documents = [];

    public IEnumerable<Operation> Operations =>
        from document in _documents
        from path in document.Value["paths"]?.AsObject() ?? []
        from method in path.Value!.AsObject()
        let name = $"{method.Key.ToUpperInvariant()} {path.Key}"
        select new Operation(document.Key, name, method.Value!.AsObject(), document.Value);

    public JsonObject this[string service] => _documents[service];

    public static async Task<Documents> ReadAsync()
    {
        var documents = new Documents();
        foreach (var service in Services)
        {
            var text = await World.Stack[service].Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative));
            documents._documents[service] = JsonNode.Parse(text)!.AsObject();
        }

        return documents;
    }

    public Operation Find(Rule rule) =>
        Operations.Single(operation => operation.Service == rule.Service && operation.Name == rule.Operation);
}
