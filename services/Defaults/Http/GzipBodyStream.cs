using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Strava.ServiceDefaults.Http;

/// <summary>Says of a broken gzip body that the CALLER sent it; the bare InvalidDataException would be a 500.</summary>
internal sealed class GzipBodyStream(GZipStream inner) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw new BadHttpRequestException(
                "body: is not valid gzip, though Content-Encoding says so.",
                StatusCodes.Status400BadRequest,
                exception);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Kestrel forbids synchronous reads of a body anyway: a thread would wait for a phone.</summary>
    public override int Read(byte[] buffer, int offset, int count)
    {
        throw new NotSupportedException("A request body is read asynchronously.");
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        throw new NotSupportedException();
    }

    public override void SetLength(long value)
    {
        throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        throw new NotSupportedException();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }
}
