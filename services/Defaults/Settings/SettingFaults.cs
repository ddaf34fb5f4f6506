using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Strava.ServiceDefaults;

/// <summary>
/// What is wrong with a section's values. Never the value itself: it may be a secret in the wrong place.
/// </summary>
internal static class SettingFaults
{
    public static IEnumerable<(string Path, string Wanted)> Unreadable(IConfigurationSection section, Type type)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var property in properties.Where(one => one.CanWrite))
        {
            var given = section.GetSection(property.Name);
            var wanted = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (wanted.IsClass && wanted != typeof(string) && !wanted.IsArray)
            {
                foreach (var inner in Unreadable(given, wanted))
                {
                    yield return inner;
                }
            }
            else if (given.Value is { } text && !IsReadable(text, wanted, wanted != property.PropertyType))
            {
                yield return (given.Path, Describe(wanted));
            }
        }
    }

    public static IEnumerable<string> OutOfRange(string section, object options) =>
        from property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
        let range = property.GetCustomAttribute<RangeAttribute>()
        where range is not null && !range.IsValid(property.GetValue(options))
        select $"{section}:{property.Name} must be from {Write(range.Minimum)} to {Write(range.Maximum)}.";

    /// <summary>By the same converters as the binding's.</summary>
    private static bool IsReadable(string text, Type wanted, bool mayBeEmpty)
    {
        if (wanted == typeof(string) || wanted.IsArray || (mayBeEmpty && text.Length == 0))
        {
            return true;
        }

        try
        {
            return TypeDescriptor.GetConverter(wanted).ConvertFromInvariantString(text) is not null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            return false;
        }
    }

    private static string Describe(Type wanted) => Type.GetTypeCode(wanted) switch
    {
        _ when wanted == typeof(TimeSpan) => "a time such as 00:00:30",
        _ when wanted.IsEnum => $"one of {string.Join(", ", Enum.GetNames(wanted))}",
        TypeCode.Boolean => "true or false",
        TypeCode.Int32 or TypeCode.Int64 => "a whole number",
        _ => "a number",
    };

    private static string Write(object bound) => bound is TimeSpan { Milliseconds: not 0 } time
        ? time.ToString(@"hh\:mm\:ss\.fff", CultureInfo.InvariantCulture)
        : Convert.ToString(bound, CultureInfo.InvariantCulture)!;
}
