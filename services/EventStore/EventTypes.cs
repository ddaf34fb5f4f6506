using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Strava.EventStore;

/// <summary>The event types of one kind of stream: alias and CLR name as Marten writes them, and how a body is read.</summary>
public sealed class EventTypes
{
    /// <summary>
    /// What Marten (Rich) puts into a stream of its own under the numbers of failed appends: it fills them and says nothing.
    /// </summary>
    public const string Tombstone = "tombstone";

    private readonly FrozenDictionary<string, EventType> _byAlias;
    private readonly FrozenDictionary<Type, EventType> _byClrType;

    /// <param name="streamAlias">Alias of the aggregate, e.g. <c>activity</c>.</param>
    /// <param name="json">Source-generated metadata of every event type.</param>
    /// <param name="types">The event types.</param>
    public EventTypes(string streamAlias, JsonSerializerContext json, IEnumerable<Type> types)
    {
        StreamAlias = streamAlias;
        var all = types.Select(type => new EventType(
            SnakeCase(type.Name),
            $"{type.FullName}, {type.Assembly.GetName().Name}",
            json.GetTypeInfo(type) ?? throw new ArgumentException($"No JSON metadata for {type}.", nameof(json)))).ToArray();
        _byAlias = all.ToFrozenDictionary(type => type.Alias);
        _byClrType = all.ToFrozenDictionary(type => type.Json.Type);
    }

    public string StreamAlias { get; }

    public IEnumerable<EventType> All => _byAlias.Values;

    public EventType Of(object body) => _byClrType[body.GetType()];

    /// <exception cref="UnknownEventTypeException">A type that this build does not know: written by a newer one.</exception>
    public object Read(string alias, byte[] json) =>
        _byAlias.TryGetValue(alias, out var type)
            ? JsonSerializer.Deserialize(json, type.Json)!
            : throw new UnknownEventTypeException(alias);

    /// <summary>ActivityCreated -> activity_created.</summary>
    public static string SnakeCase(string pascalCase)
    {
        var alias = new StringBuilder();
        foreach (var letter in pascalCase)
        {
            if (char.IsUpper(letter) && alias.Length > 0)
            {
                alias.Append('_');
            }

            alias.Append(char.ToLowerInvariant(letter));
        }

        return alias.ToString();
    }
}

/// <summary>One event type.</summary>
/// <param name="Alias">Column <c>type</c>.</param>
/// <param name="DotNetType">Column <c>mt_dotnet_type</c>: full name and simple assembly name.</param>
/// <param name="Json">How a body is written and read.</param>
public sealed record EventType(string Alias, string DotNetType, JsonTypeInfo Json);

/// <summary>An event of a type that this build does not know. It is never skipped: whoever reads stops and reports.</summary>
public sealed class UnknownEventTypeException(string alias)
    : Exception($"The stream holds an event of the unknown type '{alias}'; deploy the version that knows it.");
