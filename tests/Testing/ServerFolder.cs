using System.Diagnostics;
using System.Globalization;

namespace Strava.Testing;

/// <summary>
/// The state folder of this test run: the same scripts as `make run` start the servers, only on free ports and in a
/// temporary folder. A watcher outside this process deletes all of it, should this process be killed.
/// </summary>
internal sealed class ServerFolder
{
    private static readonly TimeSpan ScriptTimeout = TimeSpan.FromSeconds(100);
    private static readonly Lazy<Task<ServerFolder>> Single = new(CreateAsync);
    private readonly Dictionary<string, string> _environment;

    private ServerFolder(string path)
    {
        Path = path;
        _environment = new Dictionary<string, string> { ["STRAVA_STATE"] = path };
        foreach (var name in new[] { "POSTGRES", "REDIS", "RABBITMQ", "RABBITMQ_DIST", "EPMD" })
        {
            _environment[$"STRAVA_PORT_{name}"] = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        }
    }

    public string Path { get; }

    public static Task<ServerFolder> GetAsync() => Single.Value;

    /// <summary>Ends everything that runs from the folder and deletes it. Nothing was started: nothing to do.</summary>
    public static async Task DeleteAsync()
    {
        if (Single.IsValueCreated && Directory.Exists((await Single.Value).Path))
        {
            await (await Single.Value).RunAsync("stack.sh", "reset");
        }
    }

    /// <summary>
    /// Runs one of our scripts to its end and gives what it printed; throws with that text when it fails.
    /// </summary>
    public async Task<string> RunAsync(string script, params string[] arguments)
    {
        var start = Prepare(System.IO.Path.Combine(Checkout.Root, "deploy", "native", script), arguments);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(ScriptTimeout);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await Task.WhenAll(output, errors, process.WaitForExitAsync(timeout.Token));
            return process.ExitCode == 0
                ? await output
                : throw new InvalidOperationException(
                    $"{script} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n"
                    + $"{await output}{await errors}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{script} {string.Join(' ', arguments)} took longer than {ScriptTimeout}.");
        }
    }

    /// <summary>The command with the folder and its ports in its environment.</summary>
    public ProcessStartInfo Prepare(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { UseShellExecute = false };
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task<ServerFolder> CreateAsync()
    {
        var name = $"strava-test-{Environment.ProcessId}-{Guid.NewGuid():N}"[..32];
        var folder = new ServerFolder(System.IO.Path.Combine(System.IO.Path.GetTempPath(), name));
        await folder.RunAsync("watch-owner.sh", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => DeleteAsync().Wait(TimeSpan.FromSeconds(30));
        return folder;
    }
}
