using Npgsql;
using Strava.Contracts.Messages;

namespace Strava.Core.Rebuild;

/// <summary>
/// What a service makes of Activity's messages: statements guarded by the message's version, so that any order and any
/// repetition ends in the same rows. Tables are named without a schema: the same statements fill live and copy.
/// </summary>
public interface IActivityProjection
{
    /// <summary>Whether a rebuild needs the tracks.</summary>
    public static abstract bool WantsTracks { get; }

    public static abstract void Add(NpgsqlBatch batch, ActivitySummary activity);

    public static abstract void Add(NpgsqlBatch batch, ActivityDeleted deletion);

    public static abstract void Add(NpgsqlBatch batch, ActivityTrackPublished track);

    /// <summary>
    /// A rebuild's whole answer, into the copies alone, where few statements do it; each guarded as the others are.
    /// </summary>
    /// <returns>False: nothing was added, each is to be added by itself.</returns>
    public static virtual bool TryAddTold(NpgsqlBatch batch, ActivitiesTold told) => false;
}
