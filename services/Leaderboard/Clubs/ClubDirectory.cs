using Microsoft.Extensions.Caching.Memory;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;

namespace Strava.Leaderboards.Clubs;

/// <summary>What a club is for ever.</summary>
internal sealed record KnownClub(long Number, Guid Id, string Name, Sport Sport);

/// <summary>Clubs as they are shown, read from Postgres; what never changes of them is kept in memory.</summary>
internal sealed class ClubDirectory(NpgsqlDataSource database) : IDisposable
{
    private const int MaxCached = 50_000;

    // Sixteen numbers a club at most: the cost of a page of a hundred is 1,600 rows.
    private const string Select =
        """
        SELECT c.id, c.name, c.sport,
            (SELECT coalesce(sum(k.members), 0)::bigint FROM club_count k WHERE k.club = c.number),
            coalesce((SELECT m.joined FROM club_member m WHERE m.club = c.number AND m.athlete = me.number), false),
            c.made_at, c.folded
        FROM club c LEFT JOIN athlete_number me ON me.athlete_id = $1
        """;

    private readonly MemoryCache _clubs = new(new MemoryCacheOptions { SizeLimit = MaxCached });

    /// <returns><c>null</c>: there is none.</returns>
    public async Task<KnownClub?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (_clubs.TryGetValue(id, out KnownClub? known))
        {
            return known;
        }

        await using var command = database.CreateCommand("SELECT number, name, sport FROM club WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken))
        {
            return null;
        }

        var club = new KnownClub(rows.GetInt64(0), id, rows.GetString(1), (Sport)rows.GetInt16(2));
        _clubs.Set(id, club, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromHours(1) });
        return club;
    }

    public async Task<Club?> ShowAsync(Guid id, Guid viewer, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Select} WHERE c.id = $2");
        command.Parameters.Add(new() { Value = viewer });
        command.Parameters.Add(new() { Value = id });
        return (await ReadAsync(command, cancellationToken)).Select(line => line.Club).SingleOrDefault();
    }

    /// <summary>
    /// By name, those whose name begins so; one page costs O(log N) and its lines, however deep the cursor.
    /// </summary>
    /// <param name="viewer">Who looks.</param>
    /// <param name="wanted">Which.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    public async Task<List<(Club Club, ClubsCursor Cursor)>> ListAsync(
        Guid viewer, ClubsWanted wanted, CancellationToken cancellationToken)
    {
        // Only the conditions that there are: each page is then a range of one index.
        var isMine = wanted.Mine
            ? "JOIN club_member i ON i.athlete = me.number AND i.club = c.number AND i.joined"
            : "";
        var isOfSport = wanted.Sport is { } sport ? $"AND c.sport = {(short)sport}" : "";
        await using var command = database.CreateCommand(
            $"""
            {Select} {isMine}
            WHERE c.folded >= $2 AND c.folded < $3 AND (c.folded, c.id) > ($4, $5) {isOfSport}
            ORDER BY c.folded, c.id LIMIT $6 OFFSET $7
            """);
        var prefix = ClubName.Fold(wanted.Name ?? "");
        command.Parameters.Add(new() { Value = viewer });
        command.Parameters.Add(new() { Value = prefix });
        // Above every text that begins so, by bytes.
        command.Parameters.Add(new() { Value = prefix + char.ConvertFromUtf32(0x10FFFF) });
        command.Parameters.Add(new() { Value = wanted.After?.Folded ?? "" });
        command.Parameters.Add(new() { Value = wanted.After?.Id ?? Guid.Empty });
        command.Parameters.Add(new() { Value = wanted.Size });
        command.Parameters.Add(new() { Value = wanted.After is null ? wanted.Offset : 0 });
        return await ReadAsync(command, cancellationToken);
    }

    public void Dispose() => _clubs.Dispose();

    private static async Task<List<(Club Club, ClubsCursor Cursor)>> ReadAsync(
        NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var clubs = new List<(Club, ClubsCursor)>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var club = new Club
            {
                Id = rows.GetGuid(0),
                Name = rows.GetString(1),
                Sport = (Sport)rows.GetInt16(2),
                Members = rows.GetInt64(3),
                IsMember = rows.GetBoolean(4),
                CreatedAt = rows.GetFieldValue<DateTimeOffset>(5),
            };
            clubs.Add((club, new ClubsCursor(rows.GetString(6), club.Id)));
        }

        return clubs;
    }
}
