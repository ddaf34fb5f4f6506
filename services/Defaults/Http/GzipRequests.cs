using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RequestDecompression;

namespace Strava.ServiceDefaults.Http;

/// <summary>
/// gzip, once. The framework bounds what comes out; this adds a 400 for a broken body and a 415 for other codings.
/// </summary>
internal sealed class GzipRequests : IDecompressionProvider
{
    public Stream GetDecompressionStream(Stream stream)
    {
        return new GzipBodyStream(new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true));
    }
}

internal static class GzipRequestsExtensions
{
    public static void UseGzipRequests(this WebApplication app)
    {
        app.Use(RefuseOtherCodingsAsync);
        app.UseRequestDecompression();
    }

    private static Task RefuseOtherCodingsAsync(HttpContext context, RequestDelegate next)
    {
        var coding = context.Request.Headers.ContentEncoding.ToString().Trim();
        if (coding.Length == 0 || string.Equals(coding, "gzip", StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        // The framework would hand such a body on undecoded, and the caller would hear of bad JSON.
        context.Response.Headers.AcceptEncoding = "gzip";
        return Problems.UnsupportedMediaType(
            "The Content-Encoding may be gzip, once, or nothing.").ExecuteAsync(context);
    }
}
