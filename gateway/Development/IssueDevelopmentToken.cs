using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Strava.Gateway.Limits;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Development;

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record DevelopmentTokenRequest(
    string Athlete, string? Country = null, string? Region = null, string? City = null)
    : IBindableFromHttpContext<DevelopmentTokenRequest>
{
    /// <summary>
    /// By hand, because routing answers a wrong Content-Type with an endpoint of its own, which is not anonymous: who
    /// forgets
    /// the header in curl would be told that a token is missing.
    /// </summary>
    public static async ValueTask<DevelopmentTokenRequest?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new BadHttpRequestException("Not JSON.", StatusCodes.Status415UnsupportedMediaType);
        }

        return await context.Request.ReadFromJsonAsync<DevelopmentTokenRequest>(context.RequestAborted)
            ?? throw new BadHttpRequestException("body: must be a JSON object.");
    }
}

internal sealed record DevelopmentTokenAnswer(string AccessToken, Guid AthleteId);

/// <summary>
/// POST /dev/token: makes the athlete if there is none and hands out a token. Repeating it only makes a newer token.
/// </summary>
internal static class IssueDevelopmentToken
{
    private const int MaxTextLength = 100;
    private const int MaxBodyBytes = 8 * 1024;

    public static void MapIssueDevelopmentToken(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/dev/token", IssueAsync)
            .AllowAnonymous()
            .WithName("IssueDevelopmentToken").WithTags("Sign in")
            .WithSummary("A token for an invented athlete; Development only")
            .WithDescription("Makes the athlete if there is none. A name always gives the same athlete.")
            .TakesJson<DevelopmentTokenRequest>()
            .WithExample("demo", """{ "athlete": "demo", "country": "SI" }""")
            .Refuses(422)
            .WithMetadata(new RequestSizeLimitAttribute(MaxBodyBytes), new ChargedTo(ChargedTo.Tokens));
    }

    private static async Task<Results<Ok<DevelopmentTokenAnswer>, ProblemHttpResult>> IssueAsync(
        DevelopmentTokenRequest request,
        DevelopmentTokens tokens,
        AthleteProfiles profiles,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        var errors = Validate(request);
        if (errors.Count > 0)
        {
            return Problems.Impossible(errors);
        }

        var name = request.Athlete.Trim();
        var athleteId = DevelopmentTokens.AthleteIdOf(name);
        var token = tokens.Create(athleteId, name);
        var refusal = await profiles.SaveAsync(
            token, new AthleteProfile(name, request.Country, request.Region, request.City), cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new DevelopmentTokenAnswer(token, athleteId));
    }

    private static Dictionary<string, string[]> Validate(DevelopmentTokenRequest request)
    {
        var errors = new Dictionary<string, string[]>();
        if (request.Athlete.Trim().Length is 0 or > MaxTextLength || request.Athlete.Any(char.IsControl))
        {
            errors["athlete"] = [$"athlete must be a name of 1 to {MaxTextLength} characters."];
        }

        if (request.Country is { } country && (country.Length != 2 || !country.All(char.IsAsciiLetterUpper)))
        {
            errors["country"] = ["country must be two capital letters of ISO 3166, for example US."];
        }

        RequireText("region", request.Region, errors);
        RequireText("city", request.City, errors);
        return errors;
    }

    private static void RequireText(string field, string? text, Dictionary<string, string[]> errors)
    {
        if (text is not null && (text.Trim().Length is 0 or > MaxTextLength || text.Any(char.IsControl)))
        {
            errors[field] = [$"{field} must have 1 to {MaxTextLength} characters."];
        }
    }
}
