using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Strava.ServiceDefaults.ApiDocs;

/// <summary>
/// Schemas as strict JSON means them. The framework cannot look into a converter, and ours read the commonest types; it
/// knows no doc comments of other projects either. A request's member whose comment says "; required" is so: its type
/// allows null only to be able to answer with a sentence.
/// </summary>
internal sealed partial class SchemaDocuments : IOpenApiSchemaTransformer
{
    // The framework's own marks, taken away before a document is written: with the first a reference becomes "null or
    // that", the second is put beside a reference.
    private const string NullableMark = "x-is-nullable-property";
    private const string ReferenceDescription = "x-ref-description";

    public async Task TransformAsync(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        var named = Nullable.GetUnderlyingType(type) ?? type;
        var property = context.JsonPropertyInfo?.AttributeProvider as PropertyInfo;
        SetLeaf(schema, type, context.JsonPropertyInfo);
        SetWords(schema, context);
        if (property is not null && IsRequired(property))
        {
            schema.Type &= ~JsonSchemaType.Null;
            schema.Metadata?.Remove(NullableMark);
        }

        if (context.JsonTypeInfo is { Kind: JsonTypeInfoKind.Enumerable, ElementType: { } element }
            && schema.Items is null or OpenApiSchema { Type: null })
        {
            schema.Items = await context.GetOrCreateSchemaAsync(element, cancellationToken: cancellationToken);
            SetLeaf((OpenApiSchema)schema.Items, element, property: null);
        }

        if (named.Namespace?.StartsWith("Strava.", StringComparison.Ordinal) == true)
        {
            // The document holds such a type once; what a member says of it stands beside the reference.
            schema.Description = XmlComments.Of(named);
            if (property is not null && XmlComments.Of(property) is { } said)
            {
                (schema.Metadata ??= new Dictionary<string, object>())[ReferenceDescription] = said;
            }

            if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.None && !named.IsEnum)
            {
                await SetMembersAsync(schema, type, context, cancellationToken);
            }

            RequireMembers(schema, type);
        }
        else if (property is not null)
        {
            schema.Description ??= XmlComments.Of(property);
        }
    }

    private static void SetLeaf(OpenApiSchema schema, Type type, JsonPropertyInfo? property)
    {
        var leaf = Nullable.GetUnderlyingType(type) ?? type;
        var (kind, format) = leaf switch
        {
            _ when leaf == typeof(string) => (JsonSchemaType.String, null),
            _ when leaf == typeof(double) => (JsonSchemaType.Number, "double"),
            _ when leaf == typeof(DateTimeOffset) => (JsonSchemaType.String, "date-time"),
            { IsEnum: true } => (JsonSchemaType.String, (string?)null),
            _ => (default, null),
        };
        if (kind == default)
        {
            return;
        }

        var isNullable = leaf != type || property is { IsSetNullable: true, IsGetNullable: true } && !type.IsValueType;
        schema.Type = isNullable ? kind | JsonSchemaType.Null : kind;
        schema.Format = format;
        if (leaf.IsEnum)
        {
            schema.Enum = [.. leaf.GetFields(BindingFlags.Public | BindingFlags.Static).Select(WordOf)];
        }
    }

    private static JsonNode WordOf(FieldInfo member) =>
        member.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? member.Name;

    /// <summary>
    /// A query's member is text, so that a wrong one can be answered with a sentence; its attributes say what is
    /// allowed.
    /// </summary>
    private static void SetWords(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var parameter = context.ParameterDescription?.ParameterDescriptor as IParameterInfoParameterDescriptor;
        if (parameter?.ParameterInfo is not { } info || context.ParameterDescription!.Source == BindingSource.Body)
        {
            return;
        }

        if (info.GetCustomAttribute<AllowedValuesAttribute>() is { } allowed)
        {
            schema.Enum = [.. allowed.Values.Select(value => (JsonNode)JsonValue.Create((string)value!)!)];
        }

        if (info.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            schema.Type = JsonSchemaType.Integer;
            schema.Minimum = Convert.ToString(range.Minimum, CultureInfo.InvariantCulture);
            schema.Maximum = Convert.ToString(range.Maximum, CultureInfo.InvariantCulture);
        }
        else if (schema.Type is { } type)
        {
            // In a query there is no null.
            schema.Type = type & ~JsonSchemaType.Null;
        }
    }

    /// <summary>A type with a converter of its own: its properties are what the converter reads.</summary>
    private static async Task SetMembersAsync(
        OpenApiSchema schema, Type type, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Properties = new Dictionary<string, IOpenApiSchema>();
        foreach (var property in Members(type))
        {
            var member = await context.GetOrCreateSchemaAsync(
                property.PropertyType, cancellationToken: cancellationToken);
            SetLeaf(member, property.PropertyType, property: null);
            member.Type = IsRequired(property) ? member.Type & ~JsonSchemaType.Null : member.Type;
            member.Description = XmlComments.Of(property);
            schema.Properties[NameOf(property)] = member;
        }
    }

    private static void RequireMembers(OpenApiSchema schema, Type type)
    {
        foreach (var property in Members(type).Where(IsRequired))
        {
            schema.Required ??= new HashSet<string>();
            schema.Required.Add(NameOf(property));
        }
    }

    private static IEnumerable<PropertyInfo> Members(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property =>
            property.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always }
            && property.GetCustomAttribute<JsonExtensionDataAttribute>() is null);

    private static bool IsRequired(PropertyInfo property) => SaysRequired().IsMatch(XmlComments.Of(property) ?? "");

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
        ?? System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    [GeneratedRegex(@"; required\b")]
    private static partial Regex SaysRequired();
}
