using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Strava.Testing.Tests.Compose;

/// <summary>compose.yaml as Docker would read it: anchors and merges resolved.</summary>
internal sealed partial class ComposeFile
{
    private readonly Dictionary<object, object> _root;

    private ComposeFile(Dictionary<object, object> root) => _root = root;

    public static string Folder => Path.Combine(Checkout.Root, "deploy", "compose");

    public Dictionary<object, object> Services => (Dictionary<object, object>)_root["services"];

    public static ComposeFile Read()
    {
        using var text = File.OpenText(Path.Combine(Folder, "compose.yaml"));
        var parser = new MergingParser(new Parser(text));
        return new ComposeFile(new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(parser));
    }

    public Dictionary<object, object> Service(string name) => (Dictionary<object, object>)Services[name];

    /// <summary>A service's environment; a secret is &lt;its-name&gt;, any other variable its default.</summary>
    public Dictionary<string, string> Environment(string service) =>
        ((Dictionary<object, object>)Service(service)["environment"])
            .ToDictionary(setting => (string)setting.Key, setting => Expanded((string)setting.Value));

    public IEnumerable<string> List(string service, string member) =>
        Service(service).TryGetValue(member, out var list) ? ((List<object>)list).Cast<string>() : [];

    public Dictionary<object, object> Dependencies(string service) =>
        Service(service).TryGetValue("depends_on", out var needed) ? (Dictionary<object, object>)needed : [];

    public static string Expanded(string text) => Variable().Replace(text, found => found.Groups["secret"] switch
    {
        { Success: true } secret => $"<{SecretName(secret.Value)}>",
        _ => found.Groups["default"].Value,
    });

    public static IEnumerable<string> Secrets() =>
        Variable().Matches(File.ReadAllText(Path.Combine(Folder, "compose.yaml")))
            .Where(found => found.Groups["secret"].Success)
            .Select(found => $"STRAVA_SECRET_{found.Groups["secret"].Value}").Distinct();

#pragma warning disable CA1308 // The native scripts name their secrets in lower case.
    private static string SecretName(string variable) => variable.ToLowerInvariant().Replace('_', '-');
#pragma warning restore CA1308

    [GeneratedRegex(@"\$\{(STRAVA_SECRET_(?<secret>\w+)(:\?[^}]*)?|\w+:-(?<default>[^}]*))\}")]
    private static partial Regex Variable();
}
