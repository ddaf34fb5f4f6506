using Strava.Athletes.Friendships;
using Strava.Athletes.Profiles;
using Strava.Core.Bus;
using Strava.Core.Idempotency;
using Strava.Core.Outbox;
using Strava.Core.Postgres;
using Strava.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPostgres();
builder.AddMessageBus();
builder.AddOutboxRelay();

var app = builder.Build();
if (await app.MigrateIfAskedAsync(args))
{
    return;
}

app.UseServiceDefaults();
app.UseIdempotencyKeys();
var me = app.MapGroup("/athletes/me").WithTags("Athlete");
me.MapGetProfile();
me.MapChangeProfile();
me.MapListFriends();
me.MapGetFriend();
me.MapPutFriend();
me.MapDeleteFriend();
await app.RunAsync();
