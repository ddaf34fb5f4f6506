using Npgsql;

namespace Strava.Leaderboards.Challenges;

/// <summary>The page of a final board that is being filled; knows the ranks as it goes along.</summary>
internal sealed class OpenPage(int challenge, int generation)
{
    private readonly List<FinalLine> _lines = new(FinalPacking.LinesOfPage);
    private string? _country;
    private long _position;
    private long _rank;
    private long _firstRank;
    private long? _standing;
    private int _page;

    /// <param name="batch">Takes a page that this line does not belong to any more.</param>
    /// <param name="country">Of the board; '': of all.</param>
    /// <param name="line">The next.</param>
    public void Add(NpgsqlBatch batch, string country, FinalLine line)
    {
        if (_lines.Count == FinalPacking.LinesOfPage || country != _country)
        {
            Close(batch);
        }

        if (country != _country)
        {
            (_country, _position, _standing, _page) = (country, 0, null, 0);
        }

        _position++;
        _rank = line.Standing == _standing ? _rank : _position;
        _standing = line.Standing;
        _firstRank = _lines.Count == 0 ? _rank : _firstRank;
        _lines.Add(line);
    }

    public void Close(NpgsqlBatch batch)
    {
        if (_lines.Count == 0)
        {
            return;
        }

        batch.BatchCommands.Add(new(
            """
            INSERT INTO challenge_final_page (
                challenge, generation, country, page, first_standing, first_rank, lines_count, lines)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """)
        {
            Parameters =
            {
                new() { Value = challenge },
                new() { Value = generation },
                new() { Value = _country! },
                new() { Value = _page++ },
                new() { Value = _lines[0].Standing },
                new() { Value = _firstRank },
                new() { Value = _lines.Count },
                new() { Value = FinalLines.Encode(_lines) },
            },
        });
        _lines.Clear();
    }
}
