using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Strava.Activities.Activities;

/// <summary>Where a page ends; opaque to callers. The id breaks ties, so that nothing is repeated or skipped.</summary>
internal sealed record ActivityCursor(DateTimeOffset StartedAt, Guid Id)
{
    public override string ToString() => Base64Url.EncodeToString(
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{StartedAt.UtcTicks}.{Id:N}")));

    public static ActivityCursor? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[64];

        // By status: the decoder that throws also refuses some of what IsValid calls valid (blanks, padding).
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done)
        {
            return null;
        }

        var parts = Encoding.ASCII.GetString(bytes[..written]).Split('.');
        var cursor = parts is [var ticks, var id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var startedAt)
            && startedAt <= DateTimeOffset.MaxValue.UtcTicks
            && Guid.TryParseExact(id, "N", out var activityId)
            ? new ActivityCursor(new DateTimeOffset(startedAt, TimeSpan.Zero), activityId)
            : null;

        // The decoder passes over blanks: only what we would write ourselves is ours.
        return cursor?.ToString() == text ? cursor : null;
    }
}
