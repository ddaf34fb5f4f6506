using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Strava.ServiceDefaults;

/// <summary>
/// Options from a section, checked at the start: a value that cannot be read, or lies outside of its range, is a
/// sentence beside all others. The framework's own binding throws at the first, with its stack.
/// </summary>
public static class BoundSettings
{
    public static OptionsBuilder<T> BindSettings<T>(this OptionsBuilder<T> options, string section)
        where T : class
    {
        options.Services.AddSingleton<IValidateOptions<T>>(services =>
            new SettingsValidator<T>(section, services.GetRequiredService<IConfiguration>()));
        return options
            .Configure<IConfiguration>((bound, configuration) => Bind(configuration.GetSection(section), bound))
            .ValidateOnStart();
    }

    /// <summary>
    /// For who has to look before anything is validated. What cannot be read keeps its default; the start fails soon
    /// after.
    /// </summary>
    public static T ReadSettings<T>(this IConfiguration configuration, string section)
        where T : class, new()
    {
        var read = new T();
        Bind(configuration.GetSection(section), read);
        return read;
    }

    private static void Bind(IConfigurationSection section, object options)
    {
        var unreadable = SettingFaults.Unreadable(section, options.GetType()).Select(fault => fault.Path)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var readable = section.AsEnumerable().Where(one => one.Value is not null && !unreadable.Contains(one.Key));
        new ConfigurationBuilder().AddInMemoryCollection(readable).Build().GetSection(section.Path).Bind(options);
    }
}

internal sealed class SettingsValidator<T>(string section, IConfiguration configuration) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var unreadable = SettingFaults.Unreadable(configuration.GetSection(section), typeof(T))
            .Select(fault => $"{fault.Path} must be {fault.Wanted}.");
        string[] faults = [.. unreadable, .. SettingFaults.OutOfRange(section, options)];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
