using Microsoft.Extensions.Caching.Memory;
using Npgsql;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Reading;

/// <summary>Who an athlete is for the reader of a board.</summary>
internal sealed record Athlete(long Number, Guid Id, string? Name, string? TimeZone, string? City);

/// <summary>
/// Names and numbers of athletes, at most <see cref="Freshness"/> old, so that a hot page costs no query; and however
/// many readers come at once, they are asked for in one query at a time.
/// </summary>
internal sealed class AthleteDirectory : IDisposable
{
    private const int MaxCached = 200_000;
    private const string Columns =
        """
        n.number, n.athlete_id, p.name, p.time_zone, p.city
        FROM athlete_number n LEFT JOIN athlete_profile p ON p.athlete = n.number
        """;

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);
    private readonly NpgsqlDataSource _database;
    private readonly MemoryCache _athletes = new(new MemoryCacheOptions { SizeLimit = MaxCached });
    private readonly Crowds<string, Guid, Athlete?> _callers;
    private readonly Crowds<string, List<long>, IReadOnlyDictionary<long, Athlete>> _pages;

    public AthleteDirectory(NpgsqlDataSource database)
    {
        _database = database;
        _callers = new((_, ids) => ReadAsync(ids), TooMany);
        _pages = new((_, pages) => ReadAsync(pages), TooMany);

        static Exception TooMany() => new UnavailableException("Too many ask for boards at once.");
    }

    /// <returns><c>null</c>: never heard of; such an athlete is on no board.</returns>
    public ValueTask<Athlete?> FindAsync(Guid athleteId, CancellationToken cancellationToken) =>
        _athletes.TryGetValue(athleteId, out Athlete? known)
            ? new(known)
            : new(_callers.AskAsync("callers", athleteId, cancellationToken));

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
            var read = await _pages.AskAsync("pages", missing, cancellationToken);
            foreach (var number in missing)
            {
                if (read.TryGetValue(number, out var athlete))
                {
                    found[number] = athlete;
                }
            }
        }

        return found;
    }

    public void Dispose() => _athletes.Dispose();

    private async Task<IReadOnlyList<Athlete?>> ReadAsync(List<Guid> ids)
    {
        await using var command = _database.CreateCommand($"SELECT {Columns} WHERE n.athlete_id = ANY($1)");
        command.Parameters.Add(new() { Value = ids });
        var found = (await ReadAsync(command, CancellationToken.None)).ToDictionary(athlete => athlete.Id);
        return ids.ConvertAll(id => found.GetValueOrDefault(id));
    }

    // The same for all of them: most readers look at the same pages.
    private async Task<IReadOnlyList<IReadOnlyDictionary<long, Athlete>>> ReadAsync(List<List<long>> pages)
    {
        var (found, missing) = (new Dictionary<long, Athlete>(), new List<long>());
        foreach (var number in pages.SelectMany(page => page).Distinct())
        {
            // The call before this one may have brought it.
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
            await using var command = _database.CreateCommand($"SELECT {Columns} WHERE n.number = ANY($1)");
            command.Parameters.Add(new() { Value = missing });
            foreach (var athlete in await ReadAsync(command, CancellationToken.None))
            {
                found[athlete.Number] = athlete;
            }
        }

        return [.. Enumerable.Repeat(found, pages.Count)];
    }

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
