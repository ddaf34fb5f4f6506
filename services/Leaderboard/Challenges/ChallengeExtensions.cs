using Strava.Core.Diagnostics;

namespace Strava.Leaderboards.Challenges;

internal static class ChallengeExtensions
{
    public static WebApplicationBuilder AddChallenges(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ChallengeLaunch>().AddSingleton<ChallengeBatches>()
            .AddSingleton<FinalPacking>().AddSingleton<ChallengeReader>();
        builder.Services.AddHostedService<ChallengeApplier>().AddHostedService<ChallengeCloser>()
            .AddHostedService<ChallengeComparer>();
        return builder.AddStateGauges(ChallengeApplier.Gauges);
    }

    public static void MapChallenges(this WebApplication app)
    {
        var challenges = app.MapGroup("/challenges").WithTags("Challenges");
        challenges.MapCreateChallenge();
        challenges.MapListChallenges();
        challenges.MapParticipation();
        challenges.MapGetChallengeBoard();
        app.MapCorrectChallenge();
    }
}
