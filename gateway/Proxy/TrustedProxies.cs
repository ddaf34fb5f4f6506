using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using Strava.ServiceDefaults;
using IPNetwork = System.Net.IPNetwork;

namespace Strava.Gateway.Proxy;

/// <summary>
/// Whose X-Forwarded-For and -Proto are believed: nobody's, unless listed. Everyone else's are removed unread.
/// </summary>
internal sealed class TrustedProxyOptions
{
    public const string Section = "TrustedProxies";

    /// <summary>Addresses or networks, for example 10.1.2.3 or 10.0.0.0/8.</summary>
    public string[] Addresses { get; init; } = [];

    public IEnumerable<IPNetwork> Networks()
    {
        return Addresses.SelectMany(Parse);
    }

    /// <summary>None where the text is no network. A dual-mode socket shows an IPv4 proxy as ::ffff:a.b.c.d.</summary>
    public static IEnumerable<IPNetwork> Parse(string text)
    {
        if (!IPNetwork.TryParse(text, out var network))
        {
            if (!IPAddress.TryParse(text, out var address))
            {
                yield break;
            }

            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        yield return network;
        if (network.BaseAddress.GetAddressBytes().Length == 4)
        {
            yield return new IPNetwork(network.BaseAddress.MapToIPv6(), network.PrefixLength + 96);
        }
    }
}

internal sealed class TrustedProxyOptionsValidator(IConfiguration configuration) : IValidateOptions<TrustedProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, TrustedProxyOptions options)
    {
        var faults = new List<string>();
        foreach (var text in options.Addresses)
        {
            var networks = TrustedProxyOptions.Parse(text).ToArray();
            if (networks.Length == 0)
            {
                faults.Add(
                    $"TrustedProxies:Addresses holds '{text}', which is neither an address nor a network such as "
                    + "10.0.0.0/8.");
            }
            else if (networks[0].PrefixLength == 0)
            {
                faults.Add($"TrustedProxies:Addresses holds '{text}': everybody could then pretend any address.");
            }
        }

        if (configuration.GetValue<bool>("FORWARDEDHEADERS_ENABLED"))
        {
            faults.Add(
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED believes every caller's X-Forwarded headers. Remove it and list "
                + "your proxies in TrustedProxies:Addresses.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}

internal static class TrustedProxies
{
    public static void AddTrustedProxies(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<TrustedProxyOptions>, TrustedProxyOptionsValidator>();
        builder.Services.AddOptions<TrustedProxyOptions>().BindSettings(TrustedProxyOptions.Section);
    }

    public static void UseTrustedProxies(this WebApplication app)
    {
        var networks = app.Services.GetRequiredService<IOptions<TrustedProxyOptions>>().Value.Networks().ToArray();
        if (networks.Length == 0)
        {
            // The framework takes an empty list for "trust everybody".
            return;
        }

        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,

            // Through a chain of proxies, from the nearest outwards, until the first that is not listed.
            ForwardLimit = null,
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            forwarded.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(forwarded);
    }
}
