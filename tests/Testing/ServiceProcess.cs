using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Strava.Testing;

/// <summary>A built service running as a process of its own, on a port that it keeps over kills and restarts.</summary>
public sealed partial class ServiceProcess : IAsyncDisposable
{
    private const int SignalTerminate = 15;
    private const int SignalContinue = 18;
    private const int SignalStop = 19;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MigrateTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);
    private static int _started;
    private readonly ServerFolder _folder;
    private readonly string _project;
    private readonly string _name;
    private readonly string _logFile;
    private readonly Dictionary<string, string> _environment;
    private Process? _process;

    private ServiceProcess(
        ServerFolder folder, string project, Uri url, IReadOnlyDictionary<string, string> environment)
    {
        _folder = folder;
        _project = project;
        _name = $"{project}-{Interlocked.Increment(ref _started)}";
        _logFile = Path.Combine(folder.Path, "logs", $"{_name}.log");
        _environment = new Dictionary<string, string>(environment)
        {
            ["ASPNETCORE_URLS"] = url.GetLeftPart(UriPartial.Authority),
        };
        _environment.TryAdd("ASPNETCORE_ENVIRONMENT", "Development");
        _environment.TryAdd("DOTNET_gcServer", "0");
        _environment.TryAdd("Logging__Console__FormatterName", "simple");
        _environment.TryAdd("Logging__Console__FormatterOptions__SingleLine", "true");
        _environment.TryAdd("Logging__Console__FormatterOptions__TimestampFormat", "HH:mm:ss.fff ");
        Client = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Client { get; }

    public Uri Url => Client.BaseAddress!;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts it and waits until it says it is ready. Without a url it gets a free port on loopback.</summary>
    public static async Task<ServiceProcess> StartAsync(
        string project,
        IReadOnlyDictionary<string, string> environment,
        Uri? url = null)
    {
        var folder = await ServerFolder.GetAsync();
        url ??= new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var service = new ServiceProcess(folder, project, url, environment);
        try
        {
            await service.StartAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the service's --migrate to its end.</summary>
    public static async Task MigrateAsync(string project, IReadOnlyDictionary<string, string> environment)
    {
        var folder = await ServerFolder.GetAsync();
        await using var service = new ServiceProcess(folder, project, new Uri("http://127.0.0.1:1"), environment);
        service.Launch("--migrate");
        await service._process!.WaitForExitAsync().WaitAsync(MigrateTimeout);
        if (service._process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{project} --migrate ended with {service._process.ExitCode}:\n{service.LogTail()}");
        }
    }

    /// <summary>Starts it with arguments that make it do one thing and end.</summary>
    public static async Task<ServiceProcess> LaunchAsync(
        string project, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var folder = await ServerFolder.GetAsync();
        var service = new ServiceProcess(folder, project, new Uri("http://127.0.0.1:1"), environment);
        service.Launch(arguments);
        return service;
    }

    /// <summary>Waits for its end; the exit code.</summary>
    public async Task<int> EndAsync(TimeSpan timeout)
    {
        await _process!.WaitForExitAsync().WaitAsync(timeout);
        return _process.ExitCode;
    }

    /// <summary>Starts it again, after a kill or a stop, with the same settings and port.</summary>
    public async Task StartAsync()
    {
        Launch();
        try
        {
            await Eventually.HoldsAsync(
                async () => !IsRunning || await IsReadyAsync(), ReadyTimeout, $"{_name} is ready");
        }
        catch (TimeoutException exception)
        {
            throw new InvalidOperationException($"{exception.Message}\n{LogTail()}", exception);
        }

        if (!IsRunning)
        {
            throw new InvalidOperationException(
                $"{_name} ended with {_process!.ExitCode} while starting:\n{LogTail()}");
        }
    }

    /// <summary>kill -9; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        if (IsRunning)
        {
            _process!.Kill();
            await _process.WaitForExitAsync().WaitAsync(StopTimeout);
        }
    }

    /// <summary>SIGSTOP: it does nothing more, and notices nothing, until <see cref="Thaw"/>.</summary>
    public void Freeze() => _ = SendSignal(_process!.Id, SignalStop);

    public void Thaw() => _ = SendSignal(_process!.Id, SignalContinue);

    /// <summary>Asks it to end, as a deployment does; throws with its log when it does not.</summary>
    public async Task StopAsync()
    {
        if (!IsRunning)
        {
            return;
        }

        _ = SendSignal(_process!.Id, SignalTerminate);
        try
        {
            await _process.WaitForExitAsync().WaitAsync(StopTimeout);
        }
        catch (TimeoutException)
        {
            await KillAsync();
            throw new TimeoutException(
                $"{_name} did not end within {StopTimeout.TotalSeconds} s of SIGTERM:\n{LogTail()}");
        }
    }

    /// <summary>The end of what it wrote, over all its starts.</summary>
    public string LogTail(int lines = 40)
    {
        return File.Exists(_logFile)
            ? $"---- {_name}\n{string.Join('\n', File.ReadLines(_logFile).TakeLast(lines))}\n----"
            : $"---- {_name} has written nothing";
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        Client.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        using var answer = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        return answer.IsSuccessStatusCode;
    }

    // Through spawn.sh, which notes the pid: the watcher ends it, should this process be killed.
    private void Launch(params string[] arguments)
    {
        var program = Checkout.Program(_project);
        var spawn = Path.Combine(Checkout.Root, "deploy", "native", "spawn.sh");
        string[] toLog = ["-c", "exec \"$@\" >> \"$0\" 2>&1 < /dev/null", _logFile, spawn, _name, "dotnet", program];
        var start = _folder.Prepare("/bin/bash", [.. toLog, .. arguments]);

        // The settings files lie beside the program and are looked for in the working folder.
        start.WorkingDirectory = Path.GetDirectoryName(program)!;
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

        _process?.Dispose();
        _process = Process.Start(start)!;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}
