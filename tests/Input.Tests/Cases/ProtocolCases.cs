namespace Strava.Inputs.Cases;

/// <summary>What only a bare connection can send: broken HTTP, smuggling, headers that pretend.</summary>
internal static class ProtocolCases
{
    private const string Start = "GET /activities?mode=USER HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n";
    private const string Post = "POST /activities HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Type: application/json\r\n";

    public static IEnumerable<InputCase> All() =>
    [
        Bare("two tokens", $"{Start}Authorization: Bearer {{token}}\r\n\r\n", isProblem: true, 401),
        Bare("TRACE", "TRACE /activities HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n", isProblem: true, 400, 404, 405),
        Bare("an unknown method", "EAT /activities HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n", isProblem: true, 400, 404, 405),
        Bare("a length and chunks", $"{Post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", isProblem: false, 400),
        Bare("two lengths", $"{Post}Content-Length: 14\r\nContent-Length: 15\r\n\r\n{{\"type\":\"RUN\"}}", isProblem: false, 400),
        Bare("a length below zero", $"{Post}Content-Length: -1\r\n\r\n", isProblem: false, 400),
        Bare("a coding that is none", $"{Post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", isProblem: false, 400),
        Bare("a chunk that is none", $"{Post}Transfer-Encoding: chunked\r\n\r\nzz\r\n", isProblem: false, 400),
        Bare("no length", $"{Post}\r\n", isProblem: true, 400, 411),
        Bare("no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", isProblem: false, 400),
        Bare("two hosts", $"{Start}Host: other\r\n\r\n", isProblem: false, 400),
        Bare("a space before the colon", $"{Start}X-A : b\r\n\r\n", isProblem: false, 400),
        Bare("a folded header", $"{Start}X-A: b\r\n c\r\n\r\n", isProblem: false, 400),
        Bare("a NUL in a header", $"{Start}X-A: a\0b\r\n\r\n", isProblem: false, 400),
        Bare("HTTP 9.9", "GET / HTTP/9.9\r\nHost: {host}\r\n\r\n", isProblem: false, 400, 505),
        Bare("no HTTP", "hello\r\n\r\n", isProblem: false, 400),
        Bare("a NUL in the path", "GET /activities/%00 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", isProblem: false, 400),
        Bare("a line of 10,000", $"GET /{new string('a', 10_000)} HTTP/1.1\r\nHost: {{host}}\r\n\r\n", isProblem: false, 414),
        Bare("headers of 40,000", $"{Start}X-A: {new string('a', 40_000)}\r\n\r\n", isProblem: false, 431),
        Bare("101 headers", $"{Start}{string.Concat(Enumerable.Range(0, 101).Select(i => $"X-{i}: a\r\n"))}\r\n", isProblem: false, 431),
        Bare("another's identity", "GET /athletes/me HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nX-User-Id: {me}\r\nX-Forwarded-User: {me}\r\nX-Original-URL: /dev/token\r\n\r\n", isProblem: true, 401),
        Bare("an upgrade to h2c", $"{Start.Replace("close", "Upgrade, HTTP2-Settings", StringComparison.Ordinal)}Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", isProblem: false, 200, 400, 405, 421),
    ];

    private static InputCase Bare(string name, string message, bool isProblem, params int[] statuses) =>
        new(name, "BARE", message[..message.IndexOf('\r', StringComparison.Ordinal)], statuses) { Raw = message, IsProblem = isProblem };
}
