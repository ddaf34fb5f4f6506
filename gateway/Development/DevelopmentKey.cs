using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Strava.Gateway.Development;

/// <summary>The ES256 key pair of the development issuer, from a file that only its owner may read.</summary>
internal sealed class DevelopmentKey : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly ECDsa _key;

    private DevelopmentKey(ECDsa key)
    {
        _key = key;
        var point = key.ExportParameters(includePrivateParameters: false);
        Public = new JsonWebKey
        {
            Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
            Crv = JsonWebKeyECTypes.P256,
            X = Base64UrlEncoder.Encode(point.Q.X),
            Y = Base64UrlEncoder.Encode(point.Q.Y),
            Use = JsonWebKeyUseNames.Sig,
            Alg = SecurityAlgorithms.EcdsaSha256,
        };

        // The id is made of the key itself: a new key never meets a service's cached old one under the same id.
        Public.Kid = Base64UrlEncoder.Encode(Public.ComputeJwkThumbprint());
    }

    public JsonWebKey Public { get; }

    public static DevelopmentKey LoadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            Create(path);
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidOperationException(
                $"The development issuer's key file {path} holds no EC key. Delete it: the next start makes one.",
                exception);
        }

        return new DevelopmentKey(key);
    }

    public SigningCredentials CreateSigningCredentials()
    {
        return new SigningCredentials(
            new ECDsaSecurityKey(_key) { KeyId = Public.Kid }, SecurityAlgorithms.EcdsaSha256);
    }

    public void Dispose()
    {
        _key.Dispose();
    }

    /// <summary>Written aside and moved into place: two gateways that start at once end with one whole key.</summary>
    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var aside = $"{path}.{Environment.ProcessId}";
        var file = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            file.UnixCreateMode = OwnerOnly;
        }

        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        using (var writer = new StreamWriter(aside, file))
        {
            writer.Write(key.ExportPkcs8PrivateKeyPem());
        }

        try
        {
            File.Move(aside, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(aside);
        }
    }
}
