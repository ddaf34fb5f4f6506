using System.Net;
using System.Net.Http.Headers;
using Strava.Replay.Gateway;

namespace Strava.Replay.Tests;

internal sealed class GatewayClientTests
{
    private static readonly Uri Address = new("http://gateway.test");

    [TestCase(HttpStatusCode.TooManyRequests)]
    [TestCase(HttpStatusCode.ServiceUnavailable)]
    public async Task Busy_is_waited_out_as_asked(HttpStatusCode busy)
    {
        using var stub = new Stub(busy, busy, HttpStatusCode.OK);
        using var gateway = new GatewayClient(Address, stub, TimeProvider.System);
        var answer = await gateway.SendAsync(Get, CancellationToken.None);
        Assert.That((answer.Status, stub.Calls), Is.EqualTo((HttpStatusCode.OK, 3)));
    }

    [Test]
    public async Task Busy_without_end_is_given_up()
    {
        using var stub = new Stub(HttpStatusCode.ServiceUnavailable);
        using var gateway = new GatewayClient(Address, stub, TimeProvider.System);
        var answer = await gateway.SendAsync(Get, CancellationToken.None);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stub.Calls, Is.EqualTo(6));
            Assert.That(() => answer.OrFail(), Throws.InstanceOf<ReplayFailureException>());
        }
    }

    [Test]
    public void Nobody_there_is_said_with_what_to_do()
    {
        using var gateway = new GatewayClient(new Uri("http://127.0.0.1:1"));
        Assert.That(
            () => gateway.SendAsync(Get, CancellationToken.None),
            Throws.InstanceOf<ReplayFailureException>().With.Message.Contains("make run"));
    }

    [TestCase("""{"title":"T","detail":"The file is empty."}""", "The file is empty.")]
    [TestCase("""{"title":"T"}""", "T")]
    [TestCase("""{"detail":"D.","errors":{"type":["Use RUN."]}}""", "D. type: Use RUN.")]
    [TestCase("<html>", "<html>")]
    [TestCase("[]", "[]")]
    [TestCase("", "It gave no reason.")]
    public void A_problem_becomes_a_sentence(string body, string sentence)
    {
        Assert.That(ProblemSentence.From(body), Is.EqualTo(sentence));
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, "/x");

    /// <summary>
    /// Answers with the statuses one after another, the last one for ever, and asks for a wait that is none.
    /// </summary>
    private sealed class Stub(params HttpStatusCode[] statuses) : HttpMessageHandler
    {
        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage(statuses[Math.Min(Calls++, statuses.Length - 1)]);
            response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.Zero);
            return Task.FromResult(response);
        }
    }
}
