using Microsoft.Extensions.Options;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Clubs;

internal static class ClubsExtensions
{
    public static WebApplicationBuilder AddClubs(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ClubDirectory>().AddSingleton<ClubMembership>();
        builder.Services.AddSingleton(services => new RedisClubs(
            services.GetRequiredService<IOptions<RedisOptions>>().Value.ConnectionString,
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<ClubBoardReader>().AddSingleton<ClubBoards>();
        builder.AddClubApplier();
        builder.Services.AddSingleton<ClubComparison>().AddHostedService<ClubComparer>();
        return builder;
    }

    public static void MapClubs(this IEndpointRouteBuilder routes)
    {
        routes.MapMakeClub();
        routes.MapListClubs();
        routes.MapGetClub();
        routes.MapJoinOrLeaveClub();
        routes.MapGetClubBoard();
    }
}
