using System.Text.Json.Serialization;

namespace Strava.Contracts;

/// <summary>Reads and writes an enum by its wire words only: a bare number is refused, so that <c>"type": 7</c> is an
/// error.</summary>
/// <typeparam name="TEnum">The enum; its members name their wire word with
/// <see cref="JsonStringEnumMemberNameAttribute"/>.</typeparam>
public sealed class WireEnumConverter<TEnum>()
    : JsonStringEnumConverter<TEnum>(namingPolicy: null, allowIntegerValues: false)
    where TEnum : struct, Enum;
