using System.Runtime.InteropServices;

namespace Strava.Activities.Archive;

/// <summary>
/// Objects as files. Written beside, synced, moved into place, and the folders synced: after a power cut an object is
/// whole or not there. What a kill leaves is a file under <c>.new</c>, which nobody reads; it is removed a day later.
/// </summary>
internal sealed partial class FolderStore : IObjectStore
{
    private const int ReadOnly = 0;
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly string _root;
    private readonly string _new;

    public FolderStore(string root, TimeProvider clock)
    {
        _root = Path.GetFullPath(root);
        _new = Path.Combine(_root, ".new");
        Directory.CreateDirectory(_new);
        foreach (var left in new DirectoryInfo(_new).EnumerateFiles())
        {
            if (left.LastWriteTimeUtc < clock.GetUtcNow() - Abandoned)
            {
                left.Delete();
            }
        }
    }

    public async Task PutAsync(ArchiveKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var beside = Path.Combine(_new, Path.GetFileName(path));
        await using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            await file.WriteAsync(content, cancellationToken);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);

        // The name of the file, and those of the folders that may be new, up to the root.
        for (var parent = folder; parent.Length >= _root.Length; parent = Path.GetDirectoryName(parent)!)
        {
            SyncFolder(parent);
        }
    }

    public async Task<byte[]?> GetAsync(ArchiveKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(PathOf(key), cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // A root that is gone is a mount that is away, not an object that was deleted.
            return Directory.Exists(_new) ? null : throw new IOException("The archive's folder is away.", exception);
        }
    }

    public Task DeleteAsync(ArchiveKey key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        if (Directory.Exists(Path.GetDirectoryName(path)))
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    private string PathOf(ArchiveKey key) => Path.Combine(_root, key.Value);

    private static void SyncFolder(string folder)
    {
        // .NET opens no folders.
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"open: error {Marshal.GetLastPInvokeError()}");
        }

        try
        {
            if (Sync(descriptor) != 0)
            {
                throw new IOException($"fsync: error {Marshal.GetLastPInvokeError()}");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
