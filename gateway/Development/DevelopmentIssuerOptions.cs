namespace Strava.Gateway.Development;

/// <summary>The built-in token issuer for laptops and tests. It hands a token to anyone who asks.</summary>
internal sealed class DevelopmentIssuerOptions
{
    public const string Section = "DevelopmentIssuer";

    /// <summary>Off unless said so; on outside Development the process refuses to start.</summary>
    public bool Enabled { get; init; }

    /// <summary>Where the signing key is kept, made at the first start, so that tokens outlive a restart.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>The `iss` of its tokens. Empty: this process's own address.</summary>
    public string Issuer { get; init; } = "";

    /// <summary>How long a token is good for.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(12);
}
