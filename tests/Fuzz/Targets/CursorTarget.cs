using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Strava.Activities.Activities;
using Strava.Feeds.Timelines;
using Strava.Fuzz.Mutation;
using Strava.Fuzz.Running;
using Strava.Leaderboards.Stores;
using Strava.ServiceDefaults;

namespace Strava.Fuzz.Targets;

/// <summary>
/// The cursors of the three kinds of lists, and page numbers. The first byte says which. What is read as a cursor must
/// be written and read again as the same one.
/// </summary>
internal sealed class CursorTarget : FuzzTarget
{
    private const string Differs = "Written and read again it is another cursor.";

    private static readonly string[] Pages =
        ["", "0", "1", "-1", "20", "100", "101", "100000", "100001", "99999999999", "1.0", " 1", "1 ", "+1", "0x1", "1e2", "١", "1\0", "01"];

    public override string Name => "cursor";

    public override long MostBytes(int inputBytes) => 200_000 + (100L * inputBytes);

    public override byte[] Make(Random random)
    {
        var kind = random.Next(4);
        var id = new Guid(Bytes.Any(random, 16));
        var time = new DateTimeOffset(random.NextInt64(DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
        var text = kind switch
        {
            0 => new ActivityCursor(time, id).ToString(),
            1 => new FeedCursor(time, id).ToString(),
            2 => new BoardCursor(random.NextInt64(1L << 53), random.NextInt64()).ToString(),
            _ => $"page={random.Of(Pages)}&pageSize={random.Of(Pages)}",
        };
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)kind, .. random.Next(6) switch
        {
            0 => bytes,
            1 => Bytes.Any(random, random.Next(80)),
            2 when kind < 3 => Encoding.ASCII.GetBytes(
                System.Buffers.Text.Base64Url.EncodeToString(Bytes.Damage(System.Buffers.Text.Base64Url.DecodeFromChars(text), random))),
            3 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, random.Next(200)))),
            _ => Bytes.Damage(bytes, random),
        }];
    }

    public override void Read(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input, 1, input.Length - 1);
        switch (input[0])
        {
            case 0:
                BrokenPropertyException.Unless(
                    ActivityCursor.Parse(text) is not { } cursor || ActivityCursor.Parse(cursor.ToString()) == cursor, Differs);
                break;
            case 1:
                BrokenPropertyException.Unless(
                    !FeedCursor.TryRead(text, out var line) || (FeedCursor.TryRead(line.ToString(), out var same) && same == line), Differs);
                break;
            case 2:
                BrokenPropertyException.Unless(
                    BoardCursor.Parse(text) is not { } place || BoardCursor.Parse(place.ToString()) == place, Differs);
                break;
            default:
                ReadPage(text);
                break;
        }
    }

    private static void ReadPage(string query)
    {
        var context = new DefaultHttpContext();
        context.Request.QueryString = new QueryString($"?{query}");
        try
        {
            var paging = Paging.BindAsync(context, null!).AsTask().GetAwaiter().GetResult()!;
            BrokenPropertyException.Unless(
                paging is { Page: >= 1 and <= Paging.MaxPage, PageSize: >= 1 and <= Paging.MaxPageSize, Offset: >= 0 },
                string.Create(CultureInfo.InvariantCulture, $"{paging} is out of range."));
        }
        catch (BadHttpRequestException)
        {
            // The documented refusal.
        }
    }
}
