using System.Text;

namespace Strava.Fuzz.Mutation;

/// <summary>Damage that keeps JSON mostly JSON: it gets past the parser and reaches what reads the values.</summary>
internal static class JsonDamage
{
    private static readonly string[] Values =
    [
        "NaN", "Infinity", "1e999", "-1e999", "1e-400", "-0", "-0.0", "0", "1", "-1", "1.5", "2147483648", "1e2", "01", "+1",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "123456789012345678901234567890", "90", "90.0000005",
        "-90", "180", "-180.00000049", "180.0000005", "999999999999", "1000000000000", "200001", "true", "null", "[]", "{}", "[[]]",
        "[null]", "\"\"", "\" \"", "\"NaN\"", "\"1\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u202e\"",
        "\"RUN\"", "\"RUN \"", "\" RIDE\"", "\"run\"", "\"RUN,RIDE\"", "\"0\"", "\"STARTED\"", "\"PAUSED\"", "\"RESUMED\"",
        "\"STOPPED\"", "\"COMPLETE\"", "\"COMPLETE \"", "\"CREATED\"", "\"EVERYONE\"", "\"ONLY_ME\"", "\"METRIC\"", "\"SI\"", "\"US-CA\"",
        "\"Europe/Ljubljana\"", "\"../../etc/passwd\"", "\"right/UTC\"", "\"0196f0a0-0000-7000-8000-000000000000\"",
        "\"00000000-0000-0000-0000-000000000000\"", "\"{0196f0a0-0000-7000-8000-000000000000}\"", "\"2026-03-01T08:00:00Z\"",
        "\"2026-03-01T08:00:00.0005Z\"", "\"2026-03-01T08:00:00\"", "\"2026-03-01\"", "\"2026-03-01T08:00:00+14:00\"",
        "\"2026-03-01T08:00:00+25:00\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"9999-12-31T23:59:59.9999999-14:00\"",
        "\"0001-01-01T00:00:00+14:00\"", "\"0001-01-01T00:00:00Z\"", "\"2026-02-30T00:00:00Z\"", "\"2026-03-01T24:00:00Z\"",
        "\"1999-12-31T23:59:59.9996Z\"", "\"2000-01-01T00:00:00Z\"", "\"2026-03-01T08:00:60Z\"", "\"20260301T080000Z\"",
    ];

    private static readonly string[] Names =
    [
        "type", "id", "name", "at", "lat", "lon", "points", "stateLog", "state", "sequence", "location", "visibility", "timeZone", "Type",
        "unknown", "", "\u0000", "$type", "$id", "$ref", "__proto__", "elevationMeters", "contentHash", "startedAt", "distanceMeters",
    ];

    public static string Damage(string json, Random random)
    {
        var tree = JsonTree.Parse(json);
        for (var blows = random.Next(1, 5); blows > 0; blows--)
        {
            Strike(tree, random);
        }

        var text = new StringBuilder();
        tree.Write(text);
        return text.ToString();
    }

    private static void Strike(JsonTree tree, Random random)
    {
        var nodes = tree.All().ToArray();
        var node = random.Of(nodes);
        if (node.Text is not null)
        {
            node.Text = Value(random);
            return;
        }

        var at = random.Next(node.Children.Count + 1);
        var isThere = at < node.Children.Count;
        switch (random.Next(7))
        {
            case 0:
                node.Text = Value(random);
                break;
            case 1 when isThere:
                node.Children.RemoveAt(at);
                break;
            case 2 when isThere:
                node.Children.Insert(random.Next(node.Children.Count), (node.Children[at].Name, node.Children[at].Value.Copy()));
                break;
            case 3 when isThere:
                node.Children[at] = (random.Of(Names), node.Children[at].Value);
                break;
            case 4:
                node.Children.Insert(at, (random.Of(Names), random.OneIn(2) ? random.Of(nodes).Copy() : JsonTree.Leaf(Value(random))));
                break;
            case 5 when isThere:
                var copy = node.Children[at];
                node.Children.InsertRange(at, Enumerable.Range(0, random.Next(200)).Select(_ => (copy.Name, copy.Value.Copy())));
                break;
            case 6 when isThere:
                node.Children[at] = (node.Children[at].Name, JsonTree.Leaf(Deep(random)));
                break;
        }
    }

    private static string Value(Random random) => random.Next(40) switch
    {
        0 => $"\"{new string('x', random.Next(12_000))}\"",
        1 => Deep(random),
        2 => $"{random.Next(-200, 200)}.{random.Next()}",
        _ => random.Of(Values),
    };

    private static string Deep(Random random)
    {
        var depth = random.Next(80);
        return new string('[', depth) + new string(']', random.OneIn(9) ? random.Next(80) : depth);
    }
}
