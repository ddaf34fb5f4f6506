using Strava.Activities;
using Strava.Activities.Activities;
using Strava.Activities.Archive;
using Strava.Activities.Imports;
using Strava.Activities.Live;
using Strava.Activities.Relay;
using Strava.Activities.Sharding;
using Strava.Activities.Sharding.Moving;
using Strava.Activities.Viewing;
using Strava.Core.Bus;
using Strava.Core.Idempotency;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.EventStore;
using Strava.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();                                          // auth, problem details, health, strict JSON
builder.AddPostgres();                                                 // this service's own database
builder.AddActivityStore();                                            // event streams and the rows beside them
builder.AddLiveBuffer();                                               // live posts, folded into their streams every minute
builder.AddArchive();                                                  // points of old activities, outside of Postgres
builder.AddActivityRelay();                                            // publishes committed events
builder.AddReadModelRebuild();                                         // the rows beside the streams, once more
builder.AddMessageBus(
    Subscriptions.Activity,
    bus => bus.AddConsumer<AthleteCopies>(),
    new SideEndpoint(Subscriptions.ActivityRetelling, typeof(Retelling)));

var app = builder.Build();
if (await app.MigrateIfAskedAsync(args, typeof(EventSession).Assembly))
{
    await app.FoundShardsAsync();
    return;
}

if (await app.RunArchiveIfAskedAsync(args)
    || await app.RunShardsIfAskedAsync(args)
    || await app.RunSubscriptionsIfAskedAsync(args)
    || await app.RunImportStreamsIfAskedAsync(args)
    || await app.RunRebuildIfAskedAsync(args))
{
    return;
}

app.UseServiceDefaults();
app.UseUnreadableActivities();
app.UseShards();
app.UseIdempotencyKeys(app.Services.GetRequiredService<Shards>().DatabaseOfRequest);
app.MapCreateActivity();
app.MapChangeActivity();
app.MapRecordRoute();
app.MapPutRecording();
app.MapImportActivity();
app.MapListActivities();
app.MapGetActivity();
app.MapExportActivity();
app.MapDeleteActivity();
app.MapTrackForProjectors();
app.MapRebuilds();
await app.RunAsync();
