using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Strava.Leaderboards.Reading;

/// <summary>Who an athlete is for the reader of a board.</summary>
internal sealed record Athlete(long Number, Guid Id, string? Name, string? TimeZone, string? City);

/// <summary>
/// Names and numbers of athletes, at most <see cref="Freshness"/> old, so that a hot page costs no query.
/// </summary>
internal sealed class AthleteDirectory(NpgsqlDataSource database) : IDisposable
{
    private const int MaxCached = 200_000;
    private const string Columns =
        """
        n.number, n.athlete_id, p.name, p.time_zone, p.city
        FROM athlete_number n LEFT JOIN athlete_profile p ON p.athlete = n.number
        """;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);
    private readonly MemoryCache _athletes = new(new MemoryCacheOptions { SizeLimit = MaxCached });

    /// <returns><c>null</c>: never heard of; such an athlete is on no board.</returns>
    public async Task<Athlete?> FindAsync(Guid athleteId, CancellationToken cancellationToken)
    {
        if (_athletes.TryGetValue(athleteId, out Athlete? known))
        {
            return known;
        }

        await using var command = database.CreateCommand($"SELECT {Columns} WHERE n.athlete_id = $1");
        command.Parameters.Add(new() { Value = athleteId });
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    public async Task<IReadOnlyDictionary<long, Athlete>> FindAsync(
        IEnumerable<long> numbers, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, Athlete>();
        var missing = new List<long>();
        foreach (var number in numbers)
        {
            if (_athletes.TryGetValue(number, out Athlete? known))
            {
                found[number] = known!;
            }
            else
            {
                missing.Add(number);
            }
        }

        if (missing.Count > 0)
        {
            await using var command = database.CreateCommand($"SELECT {Columns} WHERE n.number = ANY($1)");
            command.Parameters.Add(new() { Value = missing });
            foreach (var athlete in await ReadAsync(command, cancellationToken))
            {
                found[athlete.Number] = athlete;
            }
        }

        return found;
    }

    public void Dispose() => _athletes.Dispose();

    private async Task<List<Athlete>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var athletes = new List<Athlete>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var athlete = new Athlete(
                rows.GetInt64(0), rows.GetGuid(1), Text(rows, 2), Text(rows, 3), Text(rows, 4));
            athletes.Add(athlete);
            Keep(athlete.Number, athlete);
            Keep(athlete.Id, athlete);
        }

        return athletes;
    }

    private void Keep(object key, Athlete athlete) => _athletes.Set(
        key, athlete, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Freshness });

    private static string? Text(NpgsqlDataReader rows, int column) =>
        rows.IsDBNull(column) ? null : rows.GetString(column);
}
