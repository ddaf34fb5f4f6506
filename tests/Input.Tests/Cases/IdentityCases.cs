using System.Buffers.Text;
using System.Text;

namespace Strava.Inputs.Cases;

/// <summary>Tokens that are none, at every route. The issuer's own tests hold the whole catalogue of them.</summary>
internal static class IdentityCases
{
    private static readonly (string Name, string Header)[] Tokens =
    [
        ("no token", ""),
        ("an empty token", "Bearer "),
        ("no scheme", "{token}"),
        ("another scheme", "Basic ZGVtbzpkZW1v"),
        ("no JWT", "Bearer abc"),
        ("three dots", "Bearer ..."),
        ("alg none", $"Bearer {Part("""{"alg":"none","typ":"JWT"}""")}.{Part("""{"sub":"0196f0a0-0000-7000-8000-000000000000","aud":"strava","exp":9999999999}""")}."),
        ("a key of its own", $"Bearer {Part("""{"alg":"ES256","kid":"../../dev/null","jku":"http://127.0.0.1:1/keys"}""")}.{Part("""{"sub":"x","exp":9999999999}""")}.AAAA"),
        ("a changed signature", "Bearer {token}A"),
        ("8 KiB", $"Bearer {new string('a', 8_000)}"),
    ];

    private static readonly (string Method, string Path)[] Routes =
    [
        ("GET", "/activities?mode=USER"), ("GET", "/activities?mode=FRIENDS"), ("GET", "/activities/{complete}"), ("GET", "/activities/{complete}/streams"),
        ("GET", "/activities/{complete}/gpx"), ("DELETE", "/activities/{complete}"), ("GET", "/athletes/me"), ("GET", "/athletes/me/friends"), ("GET", "/leaderboards/RUN"),
        ("POST", "/activities"), ("POST", "/activities/import"), ("PATCH", "/activities/{complete}"), ("PUT", "/athletes/me/friends/{stranger}"),
    ];

    public static IEnumerable<InputCase> All() =>
        from route in Routes
        from token in Tokens
        select new InputCase(token.Name, route.Method, route.Path, 401)
        {
            Headers = new Dictionary<string, string> { ["Authorization"] = token.Header },
            Body = route.Method is "POST" or "PATCH" ? "{\"type\":\"RUN\"}"u8.ToArray() : null,
        };

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
