using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Strava.ServiceDefaults;
using Strava.ServiceDefaults.Running;

namespace Strava.Core.Flags;

/// <param name="Reason">For whoever asks later why.</param>
public sealed record FlagAthleteRequest(string Reason);

/// <summary>
/// Takes an athlete out of what is ranked here, also of what is past, and back: <c>/admin/flags</c> on the management
/// port, and <c>--flag-athlete ID REASON</c>, <c>--unflag-athlete ID</c>. Both only say what is wanted; the service's
/// own worker does it.
/// </summary>
public static class FlagAthlete
{
    private const int MaxListed = 1_000;
    private const int MaxReason = 500;

    /// <typeparam name="TFlags">Where the service keeps them.</typeparam>
    public static void AddAthleteFlags<TFlags>(this IHostApplicationBuilder builder)
        where TFlags : class, IAthleteFlags =>
        builder.Services.AddSingleton<TFlags>()
            .AddSingleton<IAthleteFlags>(services => services.GetRequiredService<TFlags>());

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

        Environment.ExitCode = await RunAsync(app.Services.GetRequiredService<IAthleteFlags>(), args, Console.Out);
        return true;
    }

    /// <returns>The exit code: 0 when it is now as wanted, 2 when the words cannot be read.</returns>
    public static async Task<int> RunAsync(IAthleteFlags flags, string[] args, TextWriter output)
    {
        switch (args)
        {
            case ["--flag-athlete", var id, { Length: > 0 and <= MaxReason } reason]
                when Guid.TryParse(id, out var athlete):
                var flagged = await flags.FlagAsync(athlete, reason, CancellationToken.None);
                await output.WriteLineAsync(flagged ? $"{athlete} is flagged" : $"{athlete} was flagged already");
                return 0;
            case ["--unflag-athlete", var id] when Guid.TryParse(id, out var athlete):
                var unflagged = await flags.UnflagAsync(athlete, CancellationToken.None);
                await output.WriteLineAsync(unflagged ? $"{athlete} comes back" : $"{athlete} was not flagged");
                return 0;
            default:
                await output.WriteLineAsync("usage: --flag-athlete ATHLETE_ID REASON | --unflag-athlete ATHLETE_ID");
                return 2;
        }
    }

    private static async Task<Ok<List<AthleteFlag>>> ListAsync(
        IAthleteFlags flags, CancellationToken cancellationToken) =>
        TypedResults.Ok(await flags.ListAsync(MaxListed, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> FlagAsync(
        Guid athleteId, FlagAthleteRequest wanted, IAthleteFlags flags, CancellationToken cancellationToken)
    {
        if (wanted.Reason.Length is 0 or > MaxReason)
        {
            return Problems.Malformed("reason", $"Must have 1 to {MaxReason} characters.");
        }

        await flags.FlagAsync(athleteId, wanted.Reason, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> UnflagAsync(
        Guid athleteId, IAthleteFlags flags, CancellationToken cancellationToken)
    {
        await flags.UnflagAsync(athleteId, cancellationToken);
        return TypedResults.NoContent();
    }
}
