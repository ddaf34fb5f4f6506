using Strava.Core.Bus;
using Strava.Core.Flags;
using Strava.Core.Idempotency;
using Strava.Core.Outbox;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.LocalLegends.Activities;
using Strava.LocalLegends.Athletes;
using Strava.LocalLegends.Backfills;
using Strava.LocalLegends.Efforts;
using Strava.LocalLegends.Friends;
using Strava.LocalLegends.Reading;
using Strava.LocalLegends.Segments;
using Strava.LocalLegends.Switches;
using Strava.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();                  // auth, health, problem details
builder.AddPostgres();                         // activities, their public tracks, profiles
builder.AddActivities();
builder.AddProfiles();
builder.AddFriendships();                      // for boards of friends
builder.AddEfforts();                          // marked activities -> efforts, fastest times, legends
builder.AddLegends();                          // titles told, opt-outs and flags carried over
builder.AddAthleteFlags<Standings>();          // who counts nowhere
builder.AddLegendSwitch();                     // all legends off and on, while it runs
builder.AddBackfills();                        // new segments -> efforts of activities that were there before
builder.AddSegmentReading();                   // legends, histograms, boards, own efforts
builder.AddOutboxRelay(declaresQueues: false); // who has won and lost a title
builder.AddMessageBus(Subscriptions.LocalLegend, bus =>
{
    bus.AddActivityConsumers();                // figures, deletions, tracks
    bus.AddProfileConsumer();
    bus.AddFriendshipConsumer();
});

var app = builder.Build();
if (await app.MigrateIfAskedAsync(args) || await app.RunRebuildIfAskedAsync(args) || await app.RunFlagIfAskedAsync(args))
{
    return;
}

app.UseServiceDefaults();
app.UseIdempotencyKeys();
app.MapSegments();                             // make, browse, details, hide
app.MapSegmentReading();
app.MapOptOut();
app.MapSegmentSwitch();
app.MapRebuilds();
app.MapAthleteFlags();

await app.RunAsync();
