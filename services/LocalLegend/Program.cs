using Strava.Core.Bus;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.LocalLegends.Activities;
using Strava.LocalLegends.Athletes;
using Strava.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();                  // auth, health, problem details
builder.AddPostgres();                         // activities, their public tracks, profiles
builder.AddActivities();
builder.AddProfiles();
builder.AddMessageBus(Subscriptions.LocalLegend, bus =>
{
    bus.AddActivityConsumers();                // figures, deletions, tracks
    bus.AddProfileConsumer();
});

var app = builder.Build();
if (await app.MigrateIfAskedAsync(args) || await app.RunRebuildIfAskedAsync(args))
{
    return;
}

app.UseServiceDefaults();
app.MapRebuilds();

await app.RunAsync();
