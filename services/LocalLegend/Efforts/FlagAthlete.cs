using Microsoft.AspNetCore.Http.HttpResults;
using Strava.ServiceDefaults;
using Strava.ServiceDefaults.Running;

namespace Strava.LocalLegends.Efforts;

/// <param name="Reason">For whoever asks later why.</param>
internal sealed record FlagAthleteRequest(string Reason);

/// <summary>
/// Takes an athlete out of all legends and fastest times, and back: <c>/admin/flags</c> on the management port, and
/// <c>--flag-athlete ID REASON</c>, <c>--unflag-athlete ID</c>. Both only say what is wanted; the walker does it.
/// </summary>
internal static class FlagAthlete
{
    private const int MaxListed = 1_000;
    private const int MaxReason = 500;

    public static void MapAthleteFlags(this WebApplication app)
    {
        // As for rebuilds: who reaches the management port is an operator.
        var flags = app.MapGroup("/admin/flags").OnManagementPort().AllowAnonymous().ExcludeFromDescription();
        flags.MapGet("/", ListAsync);
        flags.MapPut("/{athleteId:guid}", FlagAsync);
        flags.MapDelete("/{athleteId:guid}", UnflagAsync);
    }

    /// <returns>True when the process was started for this, so that Main returns.</returns>
    public static async Task<bool> RunFlagIfAskedAsync(this WebApplication app, string[] args)
    {
        if (args.FirstOrDefault() is not ("--flag-athlete" or "--unflag-athlete"))
        {
            return false;
        }

        Environment.ExitCode = await RunAsync(app.Services.GetRequiredService<Standings>(), args, Console.Out);
        return true;
    }

    /// <returns>The exit code: 0 when it is now as wanted, 2 when the words cannot be read.</returns>
    public static async Task<int> RunAsync(Standings standings, string[] args, TextWriter output)
    {
        switch (args)
        {
            case ["--flag-athlete", var id, { Length: > 0 and <= MaxReason } reason]
                when Guid.TryParse(id, out var athlete):
                var flagged = await standings.FlagAsync(athlete, reason, CancellationToken.None);
                await output.WriteLineAsync(
                    flagged ? $"{athlete} goes out of legends and fastest times" : $"{athlete} was flagged already");
                return 0;
            case ["--unflag-athlete", var id] when Guid.TryParse(id, out var athlete):
                var unflagged = await standings.UnflagAsync(athlete, CancellationToken.None);
                await output.WriteLineAsync(unflagged ? $"{athlete} comes back" : $"{athlete} was not flagged");
                return 0;
            default:
                await output.WriteLineAsync("usage: --flag-athlete ATHLETE_ID REASON | --unflag-athlete ATHLETE_ID");
                return 2;
        }
    }

    private static async Task<Ok<List<AthleteFlag>>> ListAsync(
        Standings standings, CancellationToken cancellationToken) =>
        TypedResults.Ok(await standings.ListFlagsAsync(MaxListed, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> FlagAsync(
        Guid athleteId, FlagAthleteRequest wanted, Standings standings, CancellationToken cancellationToken)
    {
        if (wanted.Reason.Length is 0 or > MaxReason)
        {
            return Problems.Malformed("reason", $"Must have 1 to {MaxReason} characters.");
        }

        await standings.FlagAsync(athleteId, wanted.Reason, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> UnflagAsync(
        Guid athleteId, Standings standings, CancellationToken cancellationToken)
    {
        await standings.UnflagAsync(athleteId, cancellationToken);
        return TypedResults.NoContent();
    }
}
