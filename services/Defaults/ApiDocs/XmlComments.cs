using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Strava.ServiceDefaults.ApiDocs;

/// <summary>
/// The doc comments that the compiler wrote beside each assembly. A missing file is a document with fewer words.
/// </summary>
internal static partial class XmlComments
{
    private static readonly ConcurrentDictionary<Assembly, Dictionary<string, XElement>> Files = new();

    public static string? Of(Type type) => Text(Find(type)?.Element("summary"));

    public static string? Of(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        var comments = Files.GetOrAdd(type.Assembly, Read);
        return Text(comments.GetValueOrDefault($"P:{NameOf(type)}.{property.Name}")?.Element("summary"))

            // A positional record describes its members as parameters.
            ?? Text(Find(type)?.Elements("param").FirstOrDefault(
                parameter => parameter.Attribute("name")?.Value == property.Name));
    }

    private static XElement? Find(Type type) =>
        Files.GetOrAdd(type.Assembly, Read).GetValueOrDefault($"T:{NameOf(type)}");

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static Dictionary<string, XElement> Read(Assembly assembly)
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        if (!File.Exists(file))
        {
            return [];
        }

        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        using var reader = XmlReader.Create(file, settings);
        return XDocument.Load(reader).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);
    }

    private static string? Text(XElement? comment)
    {
        if (comment is null)
        {
            return null;
        }

        var words = string.Concat(comment.DescendantNodes().Select(node => node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "see" or "paramref" } reference
                => reference.FirstAttribute?.Value.Split('(')[0].Split('.', ':')[^1],
            _ => null,
        }));
        return Spaces().Replace(words, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
