namespace Strava.Testing;

/// <summary>What the three servers have in common: each is either ours, or one that the environment names.</summary>
public abstract class NativeServer
{
    private readonly ServerFolder? _folder;
    private readonly string _name;

    private protected NativeServer(string name, ServerFolder? folder, string connection)
    {
        _name = name;
        _folder = folder;
        Connection = connection;
    }

    /// <summary>False for a server given by the environment: it can be used but not killed.</summary>
    public bool IsOurs => _folder is not null;

    private protected string Connection { get; }

    /// <summary>kill -9; returns when the process is gone. The data stays as the crash left it.</summary>
    public Task KillAsync() => RunAsync("kill");

    /// <summary>Starts it again with its data, on the same port; returns when it is ready.</summary>
    public Task StartAsync() => RunAsync("up");

    public Task StopAsync() => RunAsync("down");

    /// <summary>SIGSTOP: connections stay open and nothing answers.</summary>
    public Task FreezeAsync() => RunAsync("freeze");

    public Task ThawAsync() => RunAsync("thaw");

    /// <summary>The server's own tool (psql, rabbitmqctl, redis-cli); gives what it printed.</summary>
    public Task<string> ToolAsync(params string[] arguments) => RunAsync(["cli", .. arguments]);

    private protected Task<string> RunAsync(params string[] arguments)
    {
        return _folder is null
            ? throw new InvalidOperationException(
                $"{_name} is given by the environment; only our own can be told what to do.")
            : _folder.RunAsync("server.sh", [_name, .. arguments]);
    }

    /// <summary>Ours, started; or what the variable names.</summary>
    private protected static async Task<(ServerFolder? Folder, string Connection)> OpenAsync(
        string name, string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given)
        {
            return (null, given);
        }

        var folder = await ServerFolder.GetAsync();
        await folder.RunAsync("install.sh");
        await folder.RunAsync("server.sh", name, "up");
        return (folder, (await folder.RunAsync("server.sh", name, "connection")).Trim());
    }
}
