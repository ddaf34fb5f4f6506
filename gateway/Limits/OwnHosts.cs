using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Limits;

/// <summary>
/// The names under which the gateway is called, by <c>AllowedHosts</c>: separated by semicolons, <c>*.example.org</c>
/// for all names below one; <c>*</c> or nothing for any name at all.
/// </summary>
internal sealed class OwnHostOptions
{
    public const string Setting = "AllowedHosts";
    public const string Any = "*";

    public string[] Names { get; set; } = [];
}

internal sealed class OwnHostOptionsValidator : IValidateOptions<OwnHostOptions>
{
    public ValidateOptionsResult Validate(string? name, OwnHostOptions options)
    {
        var faults = options.Names.Where(host => !IsName(host))
            .Select(host => $"{OwnHostOptions.Setting} holds '{host}', which is no host name such as api.example.org "
                + "or *.example.org: no scheme and no path.")
            .ToArray();
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsName(string text)
    {
        var name = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        var host = new HostString(name).Host.Trim('[', ']');
        return text == OwnHostOptions.Any
            || (!name.Contains('/', StringComparison.Ordinal) && Uri.CheckHostName(host) != UriHostNameType.Unknown);
    }
}

/// <summary>
/// A request for another's name has been led astray, and what is cached or linked by that name would be another's too.
/// </summary>
internal static class OwnHosts
{
    public static void AddOwnHosts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<OwnHostOptions>, OwnHostOptionsValidator>();
        builder.Services.AddOptions<OwnHostOptions>()
            .Configure<IConfiguration>((options, configuration) => options.Names =
                (configuration[OwnHostOptions.Setting] ?? "").Split(
                    ';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .ValidateOnStart();

        // The framework reads the same setting and would answer first, with a page for people.
        builder.Services.Configure<HostFilteringOptions>(options => options.AllowedHosts = [OwnHostOptions.Any]);
    }

    public static void UseOwnHosts(this WebApplication app)
    {
        var names = app.Services.GetRequiredService<IOptions<OwnHostOptions>>().Value.Names
            .Select(name => new StringSegment(name)).ToArray();
        if (names.Length == 0 || Array.Exists(names, name => name == OwnHostOptions.Any))
        {
            return;
        }

        app.Use((HttpContext context, RequestDelegate next) =>

            // A probe calls by address.
            context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
            || (context.Request.Host.HasValue && HostString.MatchesAny(context.Request.Host.Value, names))
                ? next(context)
                : Problems.Create(
                    StatusCodes.Status421MisdirectedRequest,
                    "host-refused",
                    "Nothing is served under the host name of this request: use the address that you were given.")
                    .ExecuteAsync(context));
    }
}
