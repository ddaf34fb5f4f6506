using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Strava.Testing;

namespace Strava.Access;

/// <summary>A headless Chromium on one page, spoken to by its own protocol. Everything it does is bounded.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly string Program = Environment.GetEnvironmentVariable("STRAVA_CHROMIUM") ?? "/usr/bin/chromium";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("strava-browser-").FullName;
    private readonly ClientWebSocket _socket = new();
    private Process? _process;
    private int _calls;

    /// <summary>What the page's console and its security policy complained of.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<Browser> OpenAsync(Uri page)
    {
        var browser = new Browser();
        try
        {
            await browser.StartAsync(page);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs an expression in the page, and waits for it when it is a promise.</summary>
    public async Task<JsonNode?> AskAsync(string expression)
    {
        var answer = await CallAsync("Runtime.evaluate", new JsonObject
        {
            ["expression"] = expression,
            ["awaitPromise"] = true,
            ["returnByValue"] = true,
        });
        return answer["exceptionDetails"] is { } fault
            ? throw new InvalidOperationException(fault.ToJsonString())
            : answer["result"]!["value"];
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (_process is not null)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(Uri page)
    {
        // Without its sandbox, for which it would need rights that a test's account may not have; it sees our own page
        // only.
        string[] arguments =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-extensions", "--remote-debugging-port=0", $"--user-data-dir={_folder}", "about:blank",
        ];
        Assert.That(Program, Does.Exist, "The browser; `make test` installs it, or name one in STRAVA_CHROMIUM.");
        _process = Process.Start(new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var note = Path.Combine(_folder, "DevToolsActivePort");
        var port = await Eventually.GivesAsync(
            async () => (await File.ReadAllLinesAsync(note))[0], line => line.Length > 0, Patience);
        using var http = new HttpClient();
        var targets = await http.GetFromJsonAsync<JsonArray>(new Uri($"http://127.0.0.1:{port}/json/list"));
        var tab = targets!.First(target => (string)target!["type"]! == "page")!;
        using var patience = new CancellationTokenSource(Patience);
        await _socket.ConnectAsync(new Uri((string)tab["webSocketDebuggerUrl"]!), patience.Token);
        await CallAsync("Log.enable");
        await CallAsync("Runtime.enable");
        await CallAsync("Page.navigate", new JsonObject { ["url"] = page.ToString() });
    }

    private async Task<JsonObject> CallAsync(string method, JsonObject? parameters = null)
    {
        var id = ++_calls;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        using var patience = new CancellationTokenSource(Patience);
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        while (true)
        {
            var message = await ReceiveAsync(patience.Token);
            if ((int?)message["id"] == id)
            {
                return message["result"]?.AsObject() ?? throw new InvalidOperationException(message.ToJsonString());
            }

            Note(message);
        }
    }

    private void Note(JsonObject message)
    {
        var entry = message["params"]?["entry"];
        if ((string?)message["method"] == "Runtime.exceptionThrown" || (string?)entry?["level"] == "error")
        {
            Complaints.Add(message.ToJsonString());
        }
    }

    private async Task<JsonObject> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, cancellationToken);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonNode.Parse(message.ToArray())!.AsObject();
            }
        }
    }
}
