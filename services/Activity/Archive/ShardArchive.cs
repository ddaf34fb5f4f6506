namespace Strava.Activities.Archive;

/// <summary>What moves one database's points to the archive and back.</summary>
internal sealed class ShardArchive
{
    public ShardArchive(ArchiveDatabase database, IObjectStore store, TimeProvider clock)
    {
        Database = database;
        Archiver = new Archiver(database, store, clock);
        Run = new ArchiveRun(database, Archiver);
        Sweep = new ArchiveSweep(database, store);
    }

    public ArchiveDatabase Database { get; }

    public Archiver Archiver { get; }

    public ArchiveRun Run { get; }

    public ArchiveSweep Sweep { get; }
}
