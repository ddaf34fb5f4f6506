using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Strava.ServiceDefaults;

namespace Strava.Core.Idempotency;

/// <summary>A write that came with an Idempotency-Key, as a feature of its request.</summary>
/// <param name="AthleteId">The caller: others' keys are others.</param>
/// <param name="Route">Method and path.</param>
/// <param name="Key">The key.</param>
/// <param name="Fingerprint">SHA-256 of the query and the body.</param>
internal sealed record IdempotentRequest(Guid AthleteId, string Route, string Key, byte[] Fingerprint)
{
    public const int MaxKeyCharacters = 255;

    public static async Task<IdempotentRequest> ReadAsync(HttpContext context, string key)
    {
        var request = context.Request;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.QueryString}\n"));
        if (request.HasFormContentType)
        {
            await AppendFormAsync(hash, request, context.RequestAborted);
        }
        else
        {
            // Read to its end before anything is done, and once more by the handler: from memory, beyond 30 KB from a
            // file.
            request.EnableBuffering();
            await AppendAsync(hash, request.Body, context.RequestAborted);
            request.Body.Position = 0;
        }

        return new IdempotentRequest(
            context.User.AthleteId(), $"{request.Method} {request.Path}", key, hash.GetHashAndReset());
    }

    /// <returns><c>null</c> unless it is given once, and as printable ASCII of a sensible length.</returns>
    public static string? ParseKey(IReadOnlyList<string?> given) =>
        given is [{ Length: > 0 and <= MaxKeyCharacters } key] && key.All(c => c is > ' ' and <= '~') ? key : null;

    /// <summary>By its parts: the boundary between them is made anew each time that a form is sent.</summary>
    private static async Task AppendFormAsync(IncrementalHash hash, HttpRequest request, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        foreach (var (name, values) in form.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name.Length}:{name}={string.Join('\n', values.ToArray())}\n"));
        }

        foreach (var file in form.Files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Name.Length}:{file.Name}={file.Length}\n"));
            await using var content = file.OpenReadStream();
            await AppendAsync(hash, content, cancellationToken);
        }
    }

    private static async Task AppendAsync(IncrementalHash hash, Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            hash.AppendData(buffer, 0, count);
        }
    }
}
