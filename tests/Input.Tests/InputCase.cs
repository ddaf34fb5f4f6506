using System.Text;

namespace Strava.Inputs;

/// <summary>
/// One request and what must come of it. In path, body and headers {words} stand for what exists only once the stack
/// runs: see <see cref="World"/>.
/// </summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Statuses">Any of these is right. A status of 400 and more is a problem and leaves nothing
/// behind.</param>
public sealed record InputCase(string Name, string Method, string Path, params int[] Statuses)
{
    public byte[]? Body { get; init; }

    public string? ContentType { get; init; } = "application/json";

    /// <summary>The problem's code, where programs decide by it.</summary>
    public string? Code { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Sent as these bytes on a bare connection: what no well-behaved client can send. Lines end with CR LF.
    /// </summary>
    public string? Raw { get; init; }

    /// <summary>
    /// False where the HTTP server refuses the message before there is a request: that answer has no body.
    /// </summary>
    public bool IsProblem { get; init; } = true;

    public bool IsRefused => Array.TrueForAll(Statuses, status => status >= 400);

    public static InputCase Json(string name, string method, string path, string json, params int[] statuses) =>
        new(name, method, path, statuses) { Body = Encoding.UTF8.GetBytes(json) };

    public static InputCase Get(string path, params int[] statuses) => new("", "GET", path, statuses);

    public override string ToString() => $"{Method} {(Path.Length > 80 ? Path[..80] + "..." : Path)} {Name}".Trim();
}
