using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Strava.ServiceDefaults;

/// <summary>
/// Whose tokens are taken. Any OpenID Connect issuer will do; the keys come from its discovery document.
/// </summary>
public sealed class BearerOptions
{
    public const string Section = "Authentication";

    /// <summary>
    /// The issuer's URL. Its `/.well-known/openid-configuration` is read with the first request, not at start.
    /// </summary>
    public string Authority { get; set; } = "";

    /// <summary>What a token's `aud` must name.</summary>
    public string Audience { get; set; } = "";
}

internal sealed class BearerOptionsValidator(IHostEnvironment environment) : IValidateOptions<BearerOptions>
{
    public ValidateOptionsResult Validate(string? name, BearerOptions options)
    {
        var faults = new List<string>();
        if (!Uri.TryCreate(options.Authority, UriKind.Absolute, out var authority)
            || authority.Scheme is not ("http" or "https"))
        {
            faults.Add(
                "Authentication:Authority must be the absolute URL of an OpenID Connect issuer, "
                + "for example https://login.example.org/realms/strava.");
        }
        else if (authority.Scheme != "https" && !environment.IsDevelopment())
        {
            faults.Add("Authentication:Authority must begin with https:// outside the Development environment.");
        }

        if (string.IsNullOrWhiteSpace(options.Audience))
        {
            faults.Add("Authentication:Audience must name this platform as a token's aud does, for example strava.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
