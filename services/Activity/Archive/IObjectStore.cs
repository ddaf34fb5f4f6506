namespace Strava.Activities.Archive;

/// <summary>
/// Objects by key, written once and never changed. Every call is bounded in time by its caller or by itself.
/// </summary>
internal interface IObjectStore
{
    /// <summary>
    /// When this returns the object is durable, whole, and there for every reader. Safe to repeat with the same bytes.
    /// </summary>
    public Task PutAsync(ArchiveKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <returns><c>null</c> when there is no such object.</returns>
    public Task<byte[]?> GetAsync(ArchiveKey key, CancellationToken cancellationToken);

    /// <summary>Safe to repeat: what is not there is deleted.</summary>
    public Task DeleteAsync(ArchiveKey key, CancellationToken cancellationToken);
}
