namespace Strava.Activities.Sharding;

internal static class ShardServices
{
    /// <summary>The databases; what a handler asks for of <see cref="Shard"/> is that of its request.</summary>
    public static void AddShards(this WebApplicationBuilder builder)
    {
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
        foreach (var name in new[] { Shard.Home })
        {
            builder.Services.AddSingleton(services => make(services, services.GetRequiredService<Shards>().Named(name)));
        }
    }
}
