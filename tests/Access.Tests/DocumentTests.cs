using System.Text.Json.Nodes;
using Strava.Testing;

namespace Strava.Access;

/// <summary>
/// The documents and the rules hold each other: no route without a rule, no rule without a route, no secret route.
/// </summary>
[Category("EndToEnd")]
public sealed class DocumentTests
{
    [Test]
    public void Every_route_has_a_rule_and_every_rule_a_route()
    {
        var described = World.Documents.Operations
            .Select(operation => $"{operation.Service} {operation.Name}").ToHashSet();
        var ruled = Rules.All.Select(rule => rule.Key).ToHashSet();
        Figures.Add("access.operations", "operations", described.Count);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(described.Except(ruled), Is.Empty, "Without a rule: say in Rules.cs who may do what there.");
            Assert.That(ruled.Except(described), Is.Empty, "Rules without a route.");
        }
    }

    [TestCaseSource(typeof(Documents), nameof(Documents.Services))]
    public void A_route_that_is_not_described_is_on_the_list(string service)
    {
        var others = World.Documents[service]["x-other-routes"]!.AsArray().Select(route => (string)route!);

        Assert.That(others, Is.EquivalentTo(Rules.OtherRoutes(service)));
    }

    [Test]
    public void What_is_open_is_what_the_rules_call_open()
    {
        var open = World.Documents.Operations
            .Where(operation => !operation.NeedsToken).Select(operation => operation.Name);

        Assert.That(open, Is.EquivalentTo(Rules.All.Where(rule => rule.IsOpen).Select(rule => rule.Operation)));
    }

    [Test]
    public void Every_operation_says_what_it_does_and_how_it_refuses()
    {
        Assert.Multiple(() =>
        {
            foreach (var operation in World.Documents.Operations)
            {
                Assert.That((string?)operation.Node["summary"], Is.Not.Empty.And.Not.Null, operation.Name);
                Assert.That(operation.Id, Is.Not.Null, operation.Name);
                Assert.That(operation.Answers(401), Is.EqualTo(operation.NeedsToken), operation.Name);
                Assert.That(operation.MediaType is null || operation.Examples.Any(), $"{operation.Name}: no example");
            }
        });
    }

    [TestCaseSource(typeof(Documents), nameof(Documents.Services))]
    public void A_document_is_OpenAPI_3_1_and_all_its_references_lead_somewhere(string service)
    {
        var document = World.Documents[service];

        Assert.That((string)document["openapi"]!, Does.StartWith("3.1."));
        foreach (var reference in References(document))
        {
            var found = reference[2..].Split('/').Aggregate((JsonNode?)document, (node, key) => node?[key]);
            Assert.That(found, Is.Not.Null, reference);
        }
    }

    [TestCase("/internal/events")]
    [TestCase("/admin")]
    [TestCase("/metrics")]
    [TestCase("/swagger")]
    public async Task No_role_opens_a_back_door(string path)
    {
        foreach (var service in Documents.Services)
        {
            foreach (var actor in Enum.GetValues<Actor>())
            {
                var answer = await Sender.SendAsync(World.Stack[service].Client, "GET", path, World.TokenOf(actor));
                Assert.That(answer.Status, Is.EqualTo(actor == Actor.Nobody ? 401 : 404), $"{service} {actor}");
            }
        }
    }

    [Test]
    public async Task A_taken_id_is_refused_in_the_same_words_whatever_it_hides()
    {
        var answers = new HashSet<string>();
        foreach (var id in Target.All.Select(World.SharedActivity).Append(World.DeletedActivity))
        {
            var body = JsonNode.Parse($$"""{"type":"RUN","id":"{{id}}"}""")!;
            var answer = await Sender.SendAsync(
                World.Stack.Gateway, "POST", "/activities", World.TokenOf(Actor.Stranger), "application/json", body);
            answers.Add($"{answer.Status} {answer.Json["code"]} {answer.Json["detail"]}");
        }

        Assert.That(answers, Has.Count.EqualTo(1).And.One.StartsWith("409 activity-exists"));
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member =>
            member is { Key: "$ref", Value: { } reference } ? [(string)reference!] : References(member.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
