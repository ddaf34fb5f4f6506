using Strava.Core.Postgres;

namespace Strava.Activities.Sharding;

internal static class ShardServices
{
    /// <summary>The databases; what a handler asks for of <see cref="Shard"/> is that of its request.</summary>
    public static void AddShards(this WebApplicationBuilder builder)
    {
        var further = ShardOptions.In(builder.Configuration);
        foreach (var one in further)
        {
            builder.AddPostgres(one.Name, one.Connection);
        }

        if (further.Count > 0)
        {
            builder.Services.AddHttpContextAccessor();
            builder.Services.AddHostedService<ShardMapWatch>();
        }

        builder.Services.AddSingleton<Shards>();
        AddPart(shard => shard);
        AddPart(shard => shard.Store);
        AddPart(shard => shard.Recordings);
        AddPart(shard => shard.Imports);
        AddPart(shard => shard.Viewing);

        void AddPart<TPart>(Func<Shard, TPart> part)
            where TPart : class =>
            builder.Services.AddTransient(services => part(services.GetRequiredService<Shards>().OfRequest()));
    }

    /// <summary>A background duty of each database.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="make">Makes that of one.</param>
    public static void AddShardWorker(this WebApplicationBuilder builder, Func<IServiceProvider, Shard, IHostedService> make)
    {
        foreach (var name in ShardOptions.In(builder.Configuration).Select(one => one.Name).Prepend(Shard.Home))
        {
            builder.Services.AddSingleton(services => make(services, services.GetRequiredService<Shards>().Named(name)));
        }
    }
}
