using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Strava.ServiceDefaults.Auth;

internal static class BearerAuthentication
{
    /// <summary>
    /// Asymmetric only: with HS256 in the list, an issuer's PUBLIC key would be a password that everyone knows.
    /// </summary>
    private static readonly string[] Algorithms =
        [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256];

    public static void AddBearerAuthentication(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<BearerOptions>, BearerOptionsValidator>();
        builder.Services.AddOptions<BearerOptions>().BindSettings(BearerOptions.Section);
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<IOptions<BearerOptions>, IHostEnvironment>(Configure)
            .PostConfigure(ForgetWithdrawnKeys);

        // AddAuthentication brings data protection along, for cookies that nobody here has: no key files in anyone's
        // home.
        builder.Services.Configure<KeyManagementOptions>(keys =>
        {
            keys.XmlRepository = new ForgottenKeys();
            keys.XmlEncryptor = new NullXmlEncryptor();
        });

        // Deny by default: an endpoint is open only where it says AllowAnonymous.
        builder.Services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    /// <summary>
    /// The library would go on taking the keys of the answer before the last for an hour: a key that an issuer has
    /// withdrawn may be somebody else's by now.
    /// </summary>
    private static void ForgetWithdrawnKeys(JwtBearerOptions jwt)
    {
        if (jwt.ConfigurationManager is BaseConfigurationManager keys)
        {
            keys.UseLastKnownGoodConfiguration = false;
        }
    }

    private static void Configure(JwtBearerOptions jwt, IOptions<BearerOptions> bearer, IHostEnvironment environment)
    {
        jwt.Authority = bearer.Value.Authority.TrimEnd('/');
        jwt.Audience = bearer.Value.Audience;
        jwt.RequireHttpsMetadata = !environment.IsDevelopment();
        jwt.MapInboundClaims = false;

        // Short, because requests wait for it; refreshed soon, because an issuer may restart with another key.
        jwt.BackchannelTimeout = TimeSpan.FromSeconds(4);
        jwt.RefreshInterval = TimeSpan.FromSeconds(10);
        jwt.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAlgorithms = Algorithms,
            ValidAudience = bearer.Value.Audience,
            ClockSkew = TimeSpan.FromSeconds(60),
            NameClaimType = "name",
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidateIssuer = true,
            ValidateAudience = true,
            ValidateLifetime = true,
        };
        jwt.Events = new JwtBearerEvents
        {
            OnMessageReceived = BearerEvents.RefuseUnreadableAsync,
            OnTokenValidated = BearerEvents.RequireSubjectAsync,
            OnChallenge = BearerEvents.ExplainAbsentIssuerAsync,
            OnForbidden = BearerEvents.ExplainForbiddenAsync,
        };
    }
}
