using Strava.Core.Bus;
using Strava.Core.Flags;
using Strava.Core.Idempotency;
using Strava.Core.Outbox;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Challenges;
using Strava.Leaderboards.Clubs;
using Strava.Leaderboards.Flags;
using Strava.Leaderboards.Launch;
using Strava.Leaderboards.Ledgers;
using Strava.Leaderboards.Reading;
using Strava.Leaderboards.Stores;
using Strava.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();                                            // auth, health, problem details
builder.AddPostgres();                                                   // the ledger, profiles and places, dirty marks
builder.AddRedisBoards();                                                // the boards themselves: all derived
builder.AddLedger();                                                     // messages -> ledger + marks, transactional
builder.AddMessageBus(Subscriptions.Leaderboard, bus => bus.AddLedgerConsumers());
builder.AddBoardApplier();                                               // marks -> absolute scores in Redis
builder.AddAthleteFlags<AthleteFlags>();                                 // who is off all boards
builder.AddChallenges();                                                 // marks -> challenges' boards in Postgres
builder.AddOutboxRelay(declaresQueues: false);                           // who has completed a challenge
builder.AddBoardReader();                                                // Redis (or the last page seen) + names
builder.AddLaunchSwitches();                                             // who is written and read by what is new
builder.AddClubs();                                                      // clubs, members, weekly boards, comparison

var app = builder.Build();
if (await app.MigrateIfAskedAsync(args)
    || await app.RunRebuildIfAskedAsync(args)
    || await app.RunFlagIfAskedAsync(args))
{
    return;
}

app.UseServiceDefaults();
app.UseIdempotencyKeys();
app.MapGetPlaceBoard();
app.MapChallenges();
app.MapClubs();
app.MapRebuilds();
app.MapAthleteFlags();

await app.RunAsync();
