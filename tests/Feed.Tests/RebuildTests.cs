using Strava.Testing;

namespace Strava.Feeds.Tests;

[TestFixture]
internal sealed class RebuildTests : RebuildSpec
{
    protected override string Table => "activity";

    protected override Task<RebuildWorld> StartAsync() => RebuildWorld.StartAsync("feed", "Strava.Feeds");

    protected override async Task TamperAsync(Guid spoilt, Guid lost)
    {
        await World.Database.CreateCommand($"UPDATE activity SET name = 'Spoilt' WHERE activity_id = '{spoilt}'").ExecuteNonQueryAsync();
        await World.Database.CreateCommand($"DELETE FROM activity WHERE activity_id = '{lost}'").ExecuteNonQueryAsync();
    }
}
