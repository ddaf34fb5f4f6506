using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Strava.Gateway.Tests.Defaults;

internal sealed class BodyTests : SmallServiceTests
{
    [Test]
    public async Task A_gzipped_recording_is_read()
    {
        var response = await PostAsync(Gzip("""{"name":"a","heights":[1,2,3]}"""), "gzip");

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo("3"));
    }

    [Test]
    public async Task A_gzip_bomb_is_413()
    {
        var bomb = Gzip("""{"name":"a","heights":[""" + new string(' ', 60 * 1024 * 1024) + "1]}");
        Assert.That(bomb, Has.Length.LessThan(100 * 1024));

        await (await PostAsync(bomb, "gzip")).ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task A_plain_body_over_the_limit_is_413()
    {
        var response = await PostAsync(new byte[33 * 1024 * 1024], coding: null);

        await response.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task A_body_that_is_not_gzip_is_400()
    {
        await (await PostAsync("plain text"u8.ToArray(), "gzip")).ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task A_gzip_body_cut_short_is_400()
    {
        var whole = Gzip("{\"name\":\"a\",\"heights\":[" + string.Join(',', Enumerable.Range(0, 10_000)) + "]}");

        await (await PostAsync(whole[..(whole.Length / 2)], "gzip")).ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    [TestCase("br")]
    [TestCase("deflate")]
    [TestCase("zstd")]
    [TestCase("gzip, gzip")]
    public async Task Another_content_coding_is_415(string coding)
    {
        var response = await PostAsync(Gzip("{}"), coding);

        await response.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType);
    }

    [TestCase("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc")]
    [TestCase("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\nbad\r\n\r\nabc\r\n--x--\r\n")]
    [TestCase("garbage")]
    public async Task A_broken_form_is_400(string body)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");

        await (await Http.PostAsync("/upload", content)).ShouldBeProblemAsync(HttpStatusCode.BadRequest);
    }

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string? coding)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (coding is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        }

        return await Http.PostAsync("/recordings", content);
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }
}
