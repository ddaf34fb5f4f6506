using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Strava.ServiceDefaults.Running;

internal static class StartupFaults
{
    /// <summary>
    /// Validates all options before anything is built from them, and tells all faults in one sentence each.
    /// </summary>
    public static void ThrowIfMisconfigured(this WebApplication app)
    {
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (AggregateException several)
        {
            throw new OptionsValidationException(
                "settings",
                typeof(WebApplication),
                several.InnerExceptions.SelectMany(one => one is OptionsValidationException fault ? fault.Failures : [one.Message]));
        }
    }
}
