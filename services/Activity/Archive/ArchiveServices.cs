using Microsoft.Extensions.Options;
using Strava.Activities.Sharding;
using Strava.ServiceDefaults;

namespace Strava.Activities.Archive;

internal static class ArchiveServices
{
    /// <summary>Points of old activities in an object store; off until <c>Archive:Folder</c> says where.</summary>
    public static void AddArchive(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ArchiveOptions>().BindSettings(ArchiveOptions.Section);
        var archive = builder.Configuration.ReadSettings<ArchiveOptions>(ArchiveOptions.Section);
        if (archive.Folder.Length == 0)
        {
            return;
        }

        builder.Services.AddSingleton<IObjectStore>(services => new FolderStore(
            services.GetRequiredService<IOptions<ArchiveOptions>>().Value.Folder, services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<PointArchive>();
        if (archive.Interval > TimeSpan.Zero)
        {
            builder.AddShardWorker((services, shard) => ActivatorUtilities.CreateInstance<ArchiveWorker>(services, shard));
        }
    }
}
