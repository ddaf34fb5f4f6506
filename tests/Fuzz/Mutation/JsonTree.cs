using System.Text;
using System.Text.Json;

namespace Strava.Fuzz.Mutation;

/// <summary>
/// JSON that may be wrong: members twice, words that are no values. What is no object or array is its text.
/// </summary>
internal sealed class JsonTree
{
    private JsonTree(string? text, List<(string? Name, JsonTree Value)> children, bool isObject)
    {
        Text = text;
        Children = children;
        IsObject = isObject;
    }

    /// <summary>Of a leaf, as it is written.</summary>
    public string? Text { get; set; }

    public List<(string? Name, JsonTree Value)> Children { get; }

    public bool IsObject { get; }

    public static JsonTree Leaf(string text) => new(text, [], isObject: false);

    public static JsonTree Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return From(document.RootElement);
    }

    /// <summary>This node and all below it.</summary>
    public IEnumerable<JsonTree> All() => Children.SelectMany(child => child.Value.All()).Prepend(this);

    public JsonTree Copy() => new(Text, [.. Children.Select(child => (child.Name, child.Value.Copy()))], IsObject);

    public void Write(StringBuilder target)
    {
        if (Text is not null)
        {
            target.Append(Text);
            return;
        }

        target.Append(IsObject ? '{' : '[');
        for (var i = 0; i < Children.Count; i++)
        {
            target.Append(i == 0 ? "" : ",");
            if (IsObject)
            {
                target.Append(JsonSerializer.Serialize(Children[i].Name)).Append(':');
            }

            Children[i].Value.Write(target);
        }

        target.Append(IsObject ? '}' : ']');
    }

    private static JsonTree From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new(
            null, [.. element.EnumerateObject().Select(member => ((string?)member.Name, From(member.Value)))], isObject: true),
        JsonValueKind.Array => new(
            null, [.. element.EnumerateArray().Select(value => ((string?)null, From(value)))], isObject: false),
        _ => Leaf(element.GetRawText()),
    };
}
