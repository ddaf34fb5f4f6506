using Strava.Core.Bus;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.Feeds.Projection;
using Strava.Feeds.Timelines;
using Strava.Feeds.Titles;
using Strava.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPostgres();
builder.AddFeedProjection();
builder.AddMessageBus(Subscriptions.Feed, bus =>
{
    bus.AddFeedConsumer();
    bus.AddTitleConsumer();
});
builder.AddTimelines();
builder.AddTitleChanges();

var app = builder.Build();
if (await app.MigrateIfAskedAsync(args) || await app.RunRebuildIfAskedAsync(args))
{
    return;
}

app.UseServiceDefaults();
app.MapListFriendsActivities();
app.MapListTitleChanges();
app.MapRebuilds();
await app.RunAsync();
