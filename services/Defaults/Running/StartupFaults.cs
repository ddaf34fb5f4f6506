using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Strava.ServiceDefaults;

public static class StartupFaults
{
    /// <summary>
    /// Validates all options before anything is built from them, and tells all faults in one sentence each. Part of the
    /// service defaults; earlier for who reads options before those.
    /// </summary>
    public static void ThrowIfMisconfigured(this WebApplication app)
    {
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (AggregateException several)
        {
            throw new MisconfiguredException(several.InnerExceptions.SelectMany(FaultsOf));
        }
        catch (OptionsValidationException one)
        {
            throw new MisconfiguredException(FaultsOf(one));
        }
    }

    private static IEnumerable<string> FaultsOf(Exception one) =>
        one is OptionsValidationException fault ? fault.Failures : [one.Message];

    /// <summary>A line for each fault.</summary>
    private sealed class MisconfiguredException(IEnumerable<string> faults)
        : OptionsValidationException("settings", typeof(WebApplication), faults)
    {
        public override string Message =>
            $"Settings are wrong:\n{string.Join('\n', Failures.Select(fault => $"  - {fault}"))}";
    }
}
