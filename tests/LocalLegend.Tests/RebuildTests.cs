using Strava.Testing;

namespace Strava.LocalLegends.Tests;

[TestFixture]
internal sealed class RebuildTests : RebuildSpec
{
    protected override string Table => "activity";

    protected override string Count =>
        "SELECT least((SELECT count(*) FROM activity), (SELECT count(*) FROM activity_track))";

    protected override Task<RebuildWorld> StartAsync() => RebuildWorld.StartAsync("locallegend", "Strava.LocalLegends");

    // One of each table.
    protected override async Task TamperAsync(Guid spoilt, Guid lost)
    {
        await World.Database.CreateCommand($"UPDATE activity_track SET points = '' WHERE activity_id = '{spoilt}'").ExecuteNonQueryAsync();
        await World.Database.CreateCommand($"DELETE FROM activity WHERE activity_id = '{lost}'").ExecuteNonQueryAsync();
    }
}
