using Npgsql;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;

namespace Strava.Leaderboards.Challenges;

/// <summary>A challenge as it is stored.</summary>
internal sealed record ChallengeRow
{
    /// <summary>Columns of <see cref="Read"/>, of <c>challenge c</c>; $1 is the caller's id.</summary>
    public const string Columns =
        """
        c.number, c.id, c.name, c.sports, c.metric, c.starts_on, c.ends_on, c.goal, c.country, c.closes_at, c.state,
        c.generation, EXISTS (
            SELECT FROM athlete_number n JOIN challenge_participant p ON p.athlete = n.number
            WHERE n.athlete_id = $1 AND p.challenge = c.number)
        """;

    /// <summary>For phones that sync late: what comes within this still counts.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(72);

    public required int Number { get; init; }

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<Sport> Sports { get; init; }

    public required Metric Metric { get; init; }

    public required DateOnly StartsOn { get; init; }

    public required DateOnly EndsOn { get; init; }

    public required long? Goal { get; init; }

    /// <summary><c>null</c>: for everyone.</summary>
    public required string? Country { get; init; }

    public required DateTimeOffset ClosesAt { get; init; }

    public required ChallengeState State { get; init; }

    public required int Generation { get; init; }

    public required bool HasCaller { get; init; }

    public DateTimeOffset EndsAt => EndOf(EndsOn);

    /// <summary>Its last day is over in the last time zone, 12 hours behind Greenwich.</summary>
    public static DateTimeOffset EndOf(DateOnly endsOn) => new(endsOn.AddDays(1), new TimeOnly(12, 0), TimeSpan.Zero);

    /// <returns><c>null</c>: there is none.</returns>
    public static async Task<ChallengeRow?> FindAsync(
        NpgsqlDataSource database, Guid id, Guid caller, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM challenge c WHERE c.id = $2");
        command.Parameters.Add(new() { Value = caller });
        command.Parameters.Add(new() { Value = id });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Read(rows) : null;
    }

    public static ChallengeRow Read(NpgsqlDataReader row) => new()
    {
        Number = row.GetInt32(0),
        Id = row.GetGuid(1),
        Name = row.GetString(2),
        Sports = [.. row.GetFieldValue<short[]>(3).Select(sport => (Sport)sport)],
        Metric = Metric.Of((ChallengeMetric)row.GetInt16(4)),
        StartsOn = row.GetFieldValue<DateOnly>(5),
        EndsOn = row.GetFieldValue<DateOnly>(6),
        Goal = row.IsDBNull(7) ? null : row.GetInt64(7),
        Country = row.IsDBNull(8) ? null : row.GetString(8),
        ClosesAt = row.GetFieldValue<DateTimeOffset>(9),
        State = (ChallengeState)row.GetInt16(10),
        Generation = row.GetInt32(11),
        HasCaller = row.GetBoolean(12),
    };

    /// <summary>Whether it is what another wanted to make; what has become of it since does not matter.</summary>
    public bool IsSame(ChallengeRow other) =>
        (Id, Name, Metric, StartsOn, EndsOn, Goal, Country)
            == (other.Id, other.Name, other.Metric, other.StartsOn, other.EndsOn, other.Goal, other.Country)
        && Sports.SequenceEqual(other.Sports);

    public Challenge ToAnswer() => new()
    {
        Id = Id,
        Name = Name,
        Sports = Sports,
        Metric = Metric.Kind,
        Unit = Metric.Unit,
        StartsOn = StartsOn,
        EndsOn = EndsOn,
        ClosesAt = ClosesAt,
        Goal = Goal is { } goal ? Metric.Score(goal) : null,
        Scope = CreateChallenge.ScopeOf(Country),
        State = State,
        Generation = Generation,
        Joined = HasCaller,
    };
}
