using Npgsql;

namespace Strava.EndToEnd.Planted;

/// <summary>
/// An upload whose transaction has drawn its event numbers and cannot commit yet: another session holds the same
/// summary row.
/// Meanwhile others commit higher numbers.
/// </summary>
internal sealed class SlowCommit : IAsyncDisposable
{
    private readonly NpgsqlConnection _holder;
    private readonly Task<Answer> _upload;

    private SlowCommit(NpgsqlConnection holder, Task<Answer> upload) => (_holder, _upload) = (holder, upload);

    public static async Task<SlowCommit> BeginAsync(Person athlete, Guid id, Recording recording)
    {
        var database = new Database("activity");
        var holder = await database.OpenAsync();
        await Database.ExecuteAsync(holder, "BEGIN");
        await Database.ExecuteAsync(
            holder,
            """
            INSERT INTO activity (id, athlete_id, version, sport, name, visibility, state, created_at)
            VALUES ($1, $1, 0, 1, '', 3, 0, now())
            """,
            id);
        var upload = athlete.UploadAsync(id, recording);
        await database.BlockedAsync();
        return new SlowCommit(holder, upload);
    }

    public async Task<Answer> CommitAsync()
    {
        await Database.ExecuteAsync(_holder, "ROLLBACK");
        return await _upload;
    }

    public async ValueTask DisposeAsync() => await _holder.DisposeAsync();
}
