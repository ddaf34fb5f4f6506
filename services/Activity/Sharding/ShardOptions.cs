using System.Text.RegularExpressions;
using Npgsql;

namespace Strava.Activities.Sharding;

/// <summary>A database beside the first one.</summary>
/// <param name="Name">By which the map knows it.</param>
/// <param name="Connection">As the service, or with <c>--migrate</c> as the owner:
/// <c>Shards:Databases:(name)</c>.</param>
/// <param name="Maintenance">As the maintenance role, <c>Shards:Maintenance:(name)</c>; without it as the
/// service.</param>
internal sealed partial record ShardOptions(string Name, string Connection, string Maintenance)
{
    /// <summary>
    /// Those that are configured; with none all is in the database of <c>ConnectionStrings:Postgres</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">One is misconfigured: the service does not start.</exception>
    public static IReadOnlyList<ShardOptions> In(IConfiguration configuration)
    {
        var shards = configuration.GetSection("Shards:Databases").GetChildren().OrderBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => new ShardOptions(
                one.Key, one.Value ?? "", configuration[$"Shards:Maintenance:{one.Key}"] ?? one.Value ?? ""))
            .ToArray();
        foreach (var shard in shards)
        {
            if (!Form().IsMatch(shard.Name) || shard.Name == Shard.Home)
            {
                throw new InvalidOperationException(
                    $"Shards:Databases:{shard.Name}: a name is a small letter and up to 30 small letters or digits, and not {Shard.Home}.");
            }

            if (!IsConnection(shard.Connection) || !IsConnection(shard.Maintenance))
            {
                // Never the text itself: it holds a password.
                throw new InvalidOperationException($"Shards:Databases:{shard.Name} must be a connection string with Host and Database.");
            }
        }

        return shards;
    }

    private static bool IsConnection(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text) is { Host.Length: > 0, Database.Length: > 0 };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9]{0,30}\z")]
    private static partial Regex Form();
}
