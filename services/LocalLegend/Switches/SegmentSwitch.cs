using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.ServiceDefaults;
using Strava.ServiceDefaults.Running;

namespace Strava.LocalLegends.Switches;

/// <param name="SegmentId">Whose legend nobody is shown or told of.</param>
/// <param name="Name">Its name.</param>
internal sealed record SwitchedOffSegment(Guid SegmentId, string Name);

/// <summary>
/// An operator switches the legend of one segment off and on: <c>/admin/legends-off</c> on the management port. Its
/// rows are kept up all the same. All of them at once: <c>Legends:Enabled</c>. Absolute, so safe to repeat.
/// </summary>
internal static class SegmentSwitch
{
    private const int MaxListed = 1_000;

    public static void MapSegmentSwitch(this WebApplication app)
    {
        // As for rebuilds: who reaches the management port is an operator.
        var off = app.MapGroup("/admin/legends-off").OnManagementPort().AllowAnonymous().ExcludeFromDescription();
        off.MapGet("/", ListAsync);
        off.MapPut("/{segmentId:guid}", SwitchOffAsync);
        off.MapDelete("/{segmentId:guid}", SwitchOnAsync);
    }

    private static async Task<Ok<List<SwitchedOffSegment>>> ListAsync(
        NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT id, name FROM segment WHERE legends_off ORDER BY number LIMIT $1");
        command.Parameters.Add(new() { Value = MaxListed });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<SwitchedOffSegment>();
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add(new SwitchedOffSegment(rows.GetGuid(0), rows.GetString(1)));
        }

        return TypedResults.Ok(found);
    }

    private static Task<Results<NoContent, ProblemHttpResult>> SwitchOffAsync(
        Guid segmentId, NpgsqlDataSource database, CancellationToken cancellationToken) =>
        SwitchAsync(database, segmentId, isOff: true, cancellationToken);

    private static Task<Results<NoContent, ProblemHttpResult>> SwitchOnAsync(
        Guid segmentId, NpgsqlDataSource database, CancellationToken cancellationToken) =>
        SwitchAsync(database, segmentId, isOff: false, cancellationToken);

    private static async Task<Results<NoContent, ProblemHttpResult>> SwitchAsync(
        NpgsqlDataSource database, Guid segmentId, bool isOff, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE segment SET legends_off = $2 WHERE id = $1");
        command.Parameters.Add(new() { Value = segmentId });
        command.Parameters.Add(new() { Value = isOff });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1
            ? TypedResults.NoContent()
            : Problems.NotFound("There is no such segment.");
    }
}
