using System.Diagnostics;

namespace Strava.Testing.Tests.Compose;

/// <summary>What the scripts of make run say, asked of the scripts themselves.</summary>
internal static class NativeStack
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const string Prologue =
        """
        set -eu
        export STRAVA_STATE=$(mktemp -d)
        trap 'rm -rf "$STRAVA_STATE"' EXIT
        . deploy/native/lib.sh
        . deploy/native/services.sh
        . deploy/native/roles.sh
        . deploy/native/redis.sh
        secret() { say "<$1>"; }
        mkdir -p "$run"
        redis_connection > "$run/redis.connection"

        """;

    public static async Task<string[]> ServicesAsync() => (await AskAsync("say ${services[@]}")).Trim().Split(' ');

    /// <summary>By name: the program, such as Strava.Feeds.</summary>
    public static async Task<Dictionary<string, string>> ProgramsAsync() => Pairs(await AskAsync(
        """for name in "${!project[@]}"; do say "$name=${project[$name]}"; done"""));

    public static async Task<Dictionary<string, string>> PortsAsync() =>
        Pairs(await AskAsync("env | grep ^STRAVA_PORT_"));

    /// <summary>What a service is started with; as "owner", what it is migrated with.</summary>
    public static async Task<Dictionary<string, string>> SettingsAsync(string service, string role)
    {
        var before = Pairs(await AskAsync("env"));
        var after = Pairs(await AskAsync($"settings {service} {role}; env"));
        return after.Where(setting => !before.ContainsKey(setting.Key) || before[setting.Key] != setting.Value)
            .Where(setting => setting.Key is not ("STRAVA_STATE" or "_"))
            .ToDictionary(setting => setting.Key, setting => setting.Value);
    }

    /// <summary>Runs a script of ours and gives what it prints.</summary>
    public static async Task<string> RunAsync(string script, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = Checkout.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Settings of whoever runs the tests are none of the scripts'.
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.That(process.ExitCode, Is.Zero, await errors);
        return await output;
    }

    private static Task<string> AskAsync(string script) =>
        RunAsync(Prologue + script, new Dictionary<string, string>());

    private static bool IsSetting(string name) =>
        name.Contains("__", StringComparison.Ordinal)
        || name.StartsWith("STRAVA_", StringComparison.Ordinal)
        || name.StartsWith("DOTNET_", StringComparison.Ordinal)
        || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal);

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, string> Pairs(string text) =>
        Lines(text).Where(line => line.Contains('=', StringComparison.Ordinal))
            .Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
