using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Strava.EventStore;

/// <summary>
/// The event types of one kind of stream: alias and CLR name as Marten writes them, and how a body is read.
/// </summary>
public sealed class EventTypes
{
    /// <summary>
    /// What Marten (Rich) puts into a stream of its own under the numbers of failed appends: it fills them and says
    /// nothing.
    /// </summary>
    public const string Tombstone = "tombstone";

    private readonly FrozenDictionary<string, EventType> _byAlias;
    private readonly FrozenDictionary<Type, EventType> _byClrType;
    private readonly ILookup<string, Upcaster> _upcasters;

    /// <param name="streamAlias">Alias of the aggregate, e.g. <c>activity</c>.</param>
    /// <param name="json">Source-generated metadata of every event type.</param>
    /// <param name="types">The event types.</param>
    /// <param name="upcasters">From bodies as they once were to what the types are now, oldest first.</param>
    public EventTypes(
        string streamAlias, JsonSerializerContext json, IEnumerable<Type> types, IEnumerable<Upcaster>? upcasters = null)
    {
        StreamAlias = streamAlias;
        var all = types.Select(type => new EventType(
            SnakeCase(type.Name),
            $"{type.FullName}, {type.Assembly.GetName().Name}",
            json.GetTypeInfo(type) ?? throw new ArgumentException($"No JSON metadata for {type}.", nameof(json)))).ToArray();
        _byAlias = all.ToFrozenDictionary(type => type.Alias);
        _byClrType = all.ToFrozenDictionary(type => type.Json.Type);
        _upcasters = (upcasters ?? []).ToLookup(upcaster => upcaster.Alias);
    }

    public string StreamAlias { get; }

    public IEnumerable<EventType> All => _byAlias.Values;

    public EventType Of(object body) => _byClrType[body.GetType()];

    /// <summary>Whether this build can read events of a type; a newer one may have written others.</summary>
    public bool Knows(string alias) => _byAlias.ContainsKey(alias);

    /// <exception cref="UnreadableEventException">A type that this build does not know, or a body that is none of its
    /// type.</exception>
    public object Read(string alias, byte[] json)
    {
        if (!_byAlias.TryGetValue(alias, out var type))
        {
            throw new UnknownEventTypeException(alias);
        }

        try
        {
            return (_upcasters.Contains(alias) ? Upcast(alias, json).Deserialize(type.Json) : JsonSerializer.Deserialize(json, type.Json))
                ?? throw new UnreadableEventException(alias, "its body is null");
        }
        catch (JsonException fault)
        {
            throw new UnreadableEventException(alias, fault.Message, fault);
        }
    }

    private JsonObject Upcast(string alias, byte[] json)
    {
        if (JsonNode.Parse(json) is not JsonObject body)
        {
            throw new UnreadableEventException(alias, "its body is no object");
        }

        return _upcasters[alias].Aggregate(body, (older, upcaster) => upcaster.IsOld(older) ? upcaster.Up(older) : older);
    }

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
