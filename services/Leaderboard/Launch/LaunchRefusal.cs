using Microsoft.AspNetCore.Http.HttpResults;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Launch;

internal static class LaunchRefusal
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    /// <summary>What a reader is told who is not to see these boards; <c>null</c>: they are.</summary>
    /// <param name="switches">The switches.</param>
    /// <param name="feature">The boards.</param>
    /// <param name="reader">Who asks.</param>
    public static async ValueTask<ProblemHttpResult?> RefusalAsync(
        this LaunchSwitches switches, LaunchFeature feature, Guid reader)
    {
        var boards = $"The boards of {feature.Kind.ToLowerInvariant()}";
        if (switches.IsKilled(feature))
        {
            return Problems.Unavailable($"{boards} are switched off for the moment.", RetryAfter, "switched-off");
        }

        return await switches.IsOnAsync(feature, LaunchPart.Reads, reader)
            ? null
            : Problems.NotFound($"{boards} are not open to you yet.");
    }
}
