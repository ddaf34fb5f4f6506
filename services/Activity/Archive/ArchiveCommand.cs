using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Strava.Activities.Sharding;

namespace Strava.Activities.Archive;

/// <summary>
/// <c>--archive [--older-than DAYS] [--dry-run]</c>, <c>--restore ID|all</c>, <c>--sweep [--older-than DAYS]</c>.
/// Ends with 0; with 1 when something is wrong; with 130 when it was interrupted, and then the same command goes on
/// where this one ended.
/// </summary>
internal static class ArchiveCommand
{
    private const int Failed = 1;
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(2);

    /// <returns>True when the process was started for this, so that Main returns.</returns>
    public static async Task<bool> RunArchiveIfAskedAsync(this WebApplication app, string[] args)
    {
        if (args.FirstOrDefault() is not ("--archive" or "--restore" or "--sweep"))
        {
            return false;
        }

        await OneOffCommand.RunAsync(
            cancellationToken => RunAsync(app.Services, args, Console.Out, cancellationToken),
            "interrupted; the same command goes on from here");
        return true;
    }

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        IServiceProvider services, string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        var archives = services.GetRequiredService<Shards>().All.Select(shard => shard.Archive).OfType<ShardArchive>().ToArray();
        if (archives.Length == 0)
        {
            await output.WriteLineAsync("there is no archive: set Archive__Folder");
            return Failed;
        }

        var options = services.GetRequiredService<IOptions<ArchiveOptions>>().Value;
        switch (args)
        {
            case ["--archive", .. var more] when TryReadDays(ref more, options.WarmAfterDays, out var days):
                return more switch
                {
                    [] => await ArchiveAsync(archives, archive => Due(archive, days), output, cancellationToken),
                    ["--dry-run"] => await CountAsync(archives.Select(archive => Due(archive, days)), output, cancellationToken),
                    _ => await UsageAsync(output),
                };
            case ["--restore", "all"]:
                return await RestoreAllAsync(archives, output, cancellationToken);
            case ["--restore", var text] when Guid.TryParse(text, out var id):
                var isRestored = false;
                foreach (var archive in archives)
                {
                    isRestored |= await archive.Archiver.RestoreAsync(id, cancellationToken);
                }

                await output.WriteLineAsync(isRestored ? "restored 1 activity" : "nothing of it is archived");
                return 0;
            case ["--sweep", .. var more] when TryReadDays(ref more, options.KeepUnreferencedDays, out var days) && more is []:
                var removed = 0;
                foreach (var archive in archives)
                {
                    removed += await archive.Sweep.RunAsync(TimeSpan.FromDays(days), cancellationToken);
                }

                await output.WriteLineAsync(Invariant($"removed {removed} objects that nothing refers to"));
                return 0;
            default:
                return await UsageAsync(output);
        }

        IAsyncEnumerable<Due> Due(ShardArchive archive, double days) => archive.Run.DueAsync(
            TimeSpan.FromDays(days),
            TimeSpan.FromDays(Math.Max(days, options.ColdAfterDays)),
            isAskedFor: true,
            cancellationToken);
    }

    private static async Task<int> ArchiveAsync(
        ShardArchive[] archives, Func<ShardArchive, IAsyncEnumerable<Due>> due, TextWriter output, CancellationToken cancellationToken)
    {
        var progress = new ArchiveProgress();
        var watch = Stopwatch.StartNew();
        var work = RunAllAsync();
        while (await Task.WhenAny(work, Task.Delay(TellEvery, CancellationToken.None)) != work)
        {
            await TellAsync();
        }

        await TellAsync();
        await work;
        return 0;

        async Task RunAllAsync()
        {
            foreach (var archive in archives)
            {
                await archive.Run.RunAsync(due(archive), progress, cancellationToken);
            }
        }

        Task TellAsync() => output.WriteLineAsync(Invariant(
            $"archived {progress.Done} activities ({progress.Done / watch.Elapsed.TotalSeconds:0}/s): {progress.PointBytes} bytes of ")
            + Invariant($"points in {progress.ObjectBytes} bytes of objects; passed over {progress.PassedOver}"));
    }

    private static async Task<int> CountAsync(
        IEnumerable<IAsyncEnumerable<Due>> due, TextWriter output, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var ofOne in due)
        {
            count += await ofOne.CountAsync(cancellationToken);
        }

        await output.WriteLineAsync(Invariant($"would archive {count} activities"));
        return 0;
    }

    /// <summary>Safe to cut off: what is restored has no object that is kept, and is not asked for again.</summary>
    private static async Task<int> RestoreAllAsync(
        ShardArchive[] archives, TextWriter output, CancellationToken cancellationToken)
    {
        var restored = 0;
        foreach (var archive in archives)
        {
            var last = Guid.Empty;
            while (await KeptAsync(archive.Database, last, cancellationToken) is { Count: > 0 } page)
            {
                foreach (var id in page)
                {
                    restored += await archive.Archiver.RestoreAsync(id, cancellationToken) ? 1 : 0;
                    last = id;
                }

                await output.WriteLineAsync(Invariant($"restored {restored} activities"));
            }
        }

        await output.WriteLineAsync(Invariant($"restored {restored} activities"));
        return 0;
    }

    private static Task<List<Guid>> KeptAsync(ArchiveDatabase database, Guid after, CancellationToken cancellationToken) =>
        database.ListAsync(
            "SELECT DISTINCT activity_id FROM archive_object WHERE state = 'kept' AND activity_id > $1 ORDER BY 1 LIMIT 200",
            row => row.GetGuid(0),
            cancellationToken,
            after);

    private static bool TryReadDays(ref string[] args, int otherwise, out double days)
    {
        days = otherwise;
        if (args is not ["--older-than", var text, .. var more])
        {
            return true;
        }

        args = more;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out days) && days < 36_500;
    }

    private static async Task<int> UsageAsync(TextWriter output)
    {
        await output.WriteLineAsync(
            "usage: --archive [--older-than DAYS] [--dry-run] | --restore ID|all | --sweep [--older-than DAYS]");
        return Failed;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
