using Npgsql;

namespace Strava.Core.Rebuild;

/// <summary>How far a rebuild is.</summary>
/// <param name="Id">Its own.</param>
/// <param name="State">filling, verifying, swapped, done, cancelled or failed.</param>
/// <param name="After">Activities up to this one are in the copies.</param>
/// <param name="Told">How many activities are in the copies.</param>
/// <param name="Total">About how many there are; <c>null</c>: not known yet.</param>
/// <param name="RefuseDifferences">Fail instead of swapping when live and copy differ.</param>
/// <param name="Differences">Rows that differed; <c>null</c>: not compared yet. After <c>done</c> they are
/// right.</param>
/// <param name="Examples">The first few of them, a JSON array.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="Seconds">From its start until now or its end.</param>
public sealed record RebuildProgress(
    Guid Id,
    string State,
    Guid After,
    long Told,
    long? Total,
    bool RefuseDifferences,
    long? Differences,
    string? Examples,
    string? Reason,
    double Seconds)
{
    public bool IsOver => State is "done" or "cancelled" or "failed";
}

/// <summary>
/// The rebuilds of a service, over all its databases: one id, one state in each of them. Every step is a transaction
/// that also says the next state, and changes nothing when the state is another one by then.
/// </summary>
public sealed class Rebuilds(params NpgsqlDataSource[] databases)
{
    // In the order of their states: the least one is how far the whole is.
    private static readonly string[] States = ["failed", "cancelled", "filling", "verifying", "swapped", "done"];

    private readonly RebuildState[] _states = Array.ConvertAll(databases, database => new RebuildState(database));

    /// <returns>False when one is running.</returns>
    public async Task<bool> TryBeginAsync(Guid id, bool refuseDifferences, CancellationToken cancellationToken)
    {
        foreach (var state in _states)
        {
            if (!await state.TryBeginAsync(id, refuseDifferences, cancellationToken))
            {
                await EndAsync(id, "cancelled", null, cancellationToken);
                return false;
            }
        }

        return true;
    }

    public Task<RebuildProgress?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        WholeAsync(state => state.FindAsync(id, cancellationToken));

    /// <returns>The one that is running.</returns>
    public Task<RebuildProgress?> CurrentAsync(CancellationToken cancellationToken) =>
        WholeAsync(state => state.CurrentAsync(cancellationToken));

    /// <summary>Ends one where it has not been swapped: the copies go, live has not been touched.</summary>
    /// <returns>False when it is too late, or there is no such rebuild.</returns>
    public async Task<bool> EndAsync(Guid id, string state, string? reason, CancellationToken cancellationToken)
    {
        var hasEnded = false;
        foreach (var one in _states)
        {
            hasEnded |= await one.EndAsync(id, state, reason, cancellationToken);
        }

        return hasEnded;
    }

    private async Task<RebuildProgress?> WholeAsync(Func<RebuildState, Task<RebuildProgress?>> read)
    {
        RebuildProgress? whole = null;
        foreach (var state in _states)
        {
            var part = await read(state);
            whole = (whole, part) switch
            {
                (_, null) => whole,
                (null, _) => part,
                _ when whole.Id != part.Id => whole,
                _ => (Array.IndexOf(States, part.State) < Array.IndexOf(States, whole.State) ? part : whole) with
                {
                    Told = whole.Told + part.Told,
                    Total = whole.Total is null && part.Total is null ? null : (whole.Total ?? 0) + (part.Total ?? 0),
                    Differences = whole.Differences is null && part.Differences is null
                        ? null
                        : (whole.Differences ?? 0) + (part.Differences ?? 0),
                    Examples = (whole.Differences ?? 0) > 0 ? whole.Examples : part.Examples,
                    Seconds = Math.Max(whole.Seconds, part.Seconds),
                },
            };
        }

        return whole;
    }
}
