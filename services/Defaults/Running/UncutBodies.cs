using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;

namespace Strava.ServiceDefaults.Running;

/// <summary>
/// Kestrel, when it is told to stop, cancels the read that waits for a request's next bytes; whoever reads JSON from
/// the body then fails with OperationCanceledException, and an upload under way is answered with 500. Here such a read
/// is simply made again: the connection lives until the request is done or the shutdown's time is over.
/// </summary>
internal static class UncutBodies
{
    public static void UseUncutBodies(this WebApplication app) => app.Use((http, next) =>
    {
        if (http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0 || http.Request.Protocol != "HTTP/1.1")
        {
            http.Request.Body = new Reader(http.Request.BodyReader).AsStream(leaveOpen: true);
        }

        return next(http);
    });

    private sealed class Reader(PipeReader inner) : PipeReader
    {
        private volatile bool _isCancelledByUs;

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                var read = await inner.ReadAsync(cancellationToken);
                if (!read.IsCanceled || _isCancelledByUs)
                {
                    _isCancelledByUs = false;
                    return read;
                }

                // Nothing consumed, nothing examined: what is there is given by the next read.
                inner.AdvanceTo(read.Buffer.Start);
            }
        }

        public override bool TryRead(out ReadResult result)
        {
            if (!inner.TryRead(out result))
            {
                return false;
            }

            if (!result.IsCanceled || _isCancelledByUs)
            {
                return true;
            }

            inner.AdvanceTo(result.Buffer.Start);
            result = default;
            return false;
        }

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
            inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead()
        {
            _isCancelledByUs = true;
            inner.CancelPendingRead();
        }

        public override void Complete(Exception? exception = null) => inner.Complete(exception);
    }
}
