using System.Text.Json.Nodes;

namespace Strava.Access;

/// <summary>
/// Examples that work, and schemas that are no promise: a member that a document requires is missed when it is away, a
/// word that it does not list is refused.
/// </summary>
[Category("EndToEnd")]
public sealed class ExampleTests
{
    [Test]
    public async Task Every_example_works_with_a_development_token()
    {
        foreach (var operation in World.Documents.Operations)
        {
            foreach (var (name, body) in operation.Examples)
            {
                var answer = await SendAsync(operation, body);
                Assert.That(answer.IsSuccess, $"{operation.Id}, {name}: {answer.Status} {answer.Text}");
            }
        }
    }

    [Test]
    public async Task A_schema_means_what_the_service_does()
    {
        var judged = 0;
        foreach (var operation in World.Documents.Operations.Where(one => one.MediaType == "application/json"))
        {
            foreach (var (name, body) in operation.Examples)
            {
                foreach (var (what, changed, isRefused) in Changes(operation, operation.Schema!, body))
                {
                    var answer = await SendAsync(operation, changed);
                    var where = $"{operation.Id}, {name}, {what}: {answer.Status} {answer.Text}";
                    Assert.That(answer.Status, isRefused ? Is.EqualTo(400) : Is.Not.EqualTo(400), where);
                    judged++;
                }
            }
        }

        Assert.That(judged, Is.GreaterThan(80));
    }

    /// <summary>The body with one thing changed, and whether the schema forbids that.</summary>
    private static IEnumerable<(string What, JsonNode Body, bool IsRefused)> Changes(
        Operation operation, JsonObject schema, JsonNode body)
    {
        foreach (var (path, objectSchema) in Objects(operation, schema, body, []))
        {
            var strict = objectSchema["additionalProperties"] is JsonValue allowed && !(bool)allowed!;
            var required = objectSchema["required"]?.AsArray().Select(member => (string)member!).ToHashSet() ?? [];
            foreach (var (name, _) in At(body, path).AsObject())
            {
                var member = operation.Resolve(objectSchema["properties"]![name]!.AsObject());

                // Where nothing is required, members depend on each other: without a time a state is fine, without a
                // state a time is not.
                if (required.Count > 0)
                {
                    var isRequired = required.Contains(name);
                    yield return ($"without {name}", With(body, path, node => node.Remove(name)), isRequired);
                    yield return ($"{name} null", With(body, path, node => node[name] = null), isRequired);
                }

                if (member["enum"] is not null)
                {
                    yield return ($"{name} an unknown word", With(body, path, node => node[name] = "NO_WORD"), true);
                    yield return ($"{name} a number", With(body, path, node => node[name] = 1), true);
                }

                yield return ($"{name} an object", With(body, path, node => node[name] = new JsonObject()), true);
            }

            yield return ("an unknown member", With(body, path, node => node["unknownMember"] = 1), strict);
        }
    }

    /// <summary>Every object in the body with its schema; of an array the first element.</summary>
    private static IEnumerable<(object[] Path, JsonObject Schema)> Objects(
        Operation operation, JsonObject schema, JsonNode body, object[] path)
    {
        yield return (path, schema);
        foreach (var (name, value) in body.AsObject())
        {
            var member = operation.Resolve(schema["properties"]![name]!.AsObject());
            if (value is JsonArray { Count: > 0 } items && items[0] is JsonObject first)
            {
                var element = operation.Resolve(member["items"]!.AsObject());
                foreach (var inner in Objects(operation, element, first, [.. path, name, 0]))
                {
                    yield return inner;
                }
            }
            else if (value is JsonObject)
            {
                foreach (var inner in Objects(operation, member, value, [.. path, name]))
                {
                    yield return inner;
                }
            }
        }
    }

    private static JsonNode At(JsonNode body, object[] path) =>
        path.Aggregate(body, (node, step) => step is string name ? node[name]! : node[(int)step]!);

    private static JsonNode With(JsonNode body, object[] path, Action<JsonObject> change)
    {
        var copy = body.DeepClone();
        change(At(copy, path).AsObject());
        return copy;
    }

    /// <summary>As a new athlete, whose activity or segment was begun by the example of its creation.</summary>
    private static async Task<Answer> SendAsync(Operation operation, JsonNode body)
    {
        var (token, _) = await World.SignInAsync($"example {Guid.NewGuid():N}");
        var isNew = operation.Id == "PutRecording" || !operation.Name.Contains("{id}", StringComparison.Ordinal);
        var id = isNew
            ? $"{Guid.CreateVersion7()}"
            : operation.Name.Contains("/segments/", StringComparison.Ordinal) ? await World.MakeSegmentAsync(token)
            : await World.MakeActivityAsync(new Target("EVERYONE", false), token);
        var (method, path) = (operation.Name.Split(' ')[0], operation.Name.Split(' ')[1]);
        return await Sender.SendAsync(
            World.Stack.Gateway,
            method,
            path.Replace("{id}", id, StringComparison.Ordinal),
            token,
            operation.MediaType,
            body);
    }
}
