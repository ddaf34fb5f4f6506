using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts.Rest;
using Strava.ServiceDefaults;

namespace Strava.Core.Reading;

/// <summary>What the contracts find wrong with a request, as problem details.</summary>
public static class RequestRefusal
{
    /// <summary>400 when it cannot be read, else 422.</summary>
    public static ProblemHttpResult AsProblem(this RequestProblems problems) =>
        problems.StatusCode == StatusCodes.Status400BadRequest
            ? Problems.Malformed(problems.Errors)
            : Problems.Impossible(problems.Errors);
}
