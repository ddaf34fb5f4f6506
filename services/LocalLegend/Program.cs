using Strava.Core.Bus;
using Strava.Core.Outbox;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.LocalLegends.Activities;
using Strava.LocalLegends.Athletes;
using Strava.LocalLegends.Efforts;
using Strava.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();                  // auth, health, problem details
builder.AddPostgres();                         // activities, their public tracks, profiles
builder.AddActivities();
builder.AddProfiles();
builder.AddEfforts();                          // marked activities -> efforts, fastest times, legends
builder.AddLegends();                          // titles told, opt-outs and flags carried over
builder.AddOutboxRelay(declaresQueues: false); // who has won and lost a title
builder.AddMessageBus(Subscriptions.LocalLegend, bus =>
{
    bus.AddActivityConsumers();                // figures, deletions, tracks
    bus.AddProfileConsumer();
});

var app = builder.Build();
if (await app.MigrateIfAskedAsync(args) || await app.RunRebuildIfAskedAsync(args) || await app.RunFlagIfAskedAsync(args))
{
    return;
}

app.UseServiceDefaults();
app.MapRebuilds();
app.MapAthleteFlags();

await app.RunAsync();
