using Microsoft.Extensions.Options;
using Strava.Activities.Sharding;

namespace Strava.Activities.Archive;

internal static class ArchiveServices
{
    /// <summary>Points of old activities in an object store; off until <c>Archive:Folder</c> says where.</summary>
    public static void AddArchive(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ArchiveOptions>()
            .BindConfiguration(ArchiveOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        if (builder.Configuration.GetSection(ArchiveOptions.Section).Get<ArchiveOptions>() is not { Folder.Length: > 0 } archive)
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
