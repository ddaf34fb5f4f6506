using Microsoft.AspNetCore.Http.HttpResults;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Clubs;

internal static class ClubAnswers
{
    public static ProblemHttpResult NoSuchClub() => Problems.NotFound("There is no such club.");
}
