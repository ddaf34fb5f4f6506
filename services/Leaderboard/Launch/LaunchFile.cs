using Microsoft.Extensions.Configuration.Json;

namespace Strava.Leaderboards.Launch;

/// <summary>
/// <c>Launch:File</c>, read again when it changes: switching needs no restart. The library gives a file that is gone or
/// broken as one without settings, and no rule means all; hence this one says how reading it went.
/// </summary>
internal sealed class LaunchFile : JsonConfigurationSource
{
    private const string Outcome = "Launch:FileRead";
    private const string IsRead = "yes";

    public static void AddTo(IConfigurationManager configuration)
    {
        if (configuration["Launch:File"] is { Length: > 0 } file)
        {
            var path = System.IO.Path.GetFullPath(file);
            var source = new LaunchFile { Path = path, Optional = true, ReloadOnChange = true };
            source.ResolveFileProvider();
            configuration.Add(source);
        }
    }

    /// <returns>At most one; none: it is read, or there is to be none.</returns>
    public static IEnumerable<string> FaultsOf(IConfigurationSection launch) =>
        launch["File"] is { Length: > 0 } file && launch["FileRead"] is var outcome && outcome != IsRead
            ? [$"Launch:File is {file}, {outcome ?? "which is not there"}; allowed: a JSON file of launch rules."]
            : [];

    /// <summary>Whether the setting is this file's, not a rule.</summary>
    public static bool Has(IConfigurationSection setting) =>
        setting.Key.Equals("File", StringComparison.OrdinalIgnoreCase) || setting.Path == Outcome;

    public override IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        EnsureDefaults(builder);
        return new Provider(this);
    }

    private sealed class Provider(LaunchFile source) : JsonConfigurationProvider(source)
    {
        public override void Load(Stream stream)
        {
            try
            {
                base.Load(stream);
                Data[Outcome] = IsRead;
            }
            catch (FormatException exception)
            {
                Data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                {
                    [Outcome] = $"which cannot be read ({exception.InnerException?.Message ?? exception.Message})",
                };
            }
        }
    }
}
