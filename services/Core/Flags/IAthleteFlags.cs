namespace Strava.Core.Flags;

/// <param name="AthleteId">Whose activities count nowhere.</param>
/// <param name="Reason">For people.</param>
/// <param name="Since">Since when.</param>
public sealed record AthleteFlag(Guid AthleteId, string Reason, DateTimeOffset Since);

/// <summary>Athletes who are out of what a service ranks, whatever they have done or do.</summary>
public interface IAthleteFlags
{
    /// <summary>Safe to repeat: a flag that stands stays as it was, with its reason.</summary>
    /// <returns>False when the athlete was flagged already.</returns>
    public Task<bool> FlagAsync(Guid athleteId, string reason, CancellationToken cancellationToken);

    /// <returns>False when the athlete was not flagged.</returns>
    public Task<bool> UnflagAsync(Guid athleteId, CancellationToken cancellationToken);

    /// <summary>The latest first.</summary>
    public Task<List<AthleteFlag>> ListAsync(int limit, CancellationToken cancellationToken);
}
