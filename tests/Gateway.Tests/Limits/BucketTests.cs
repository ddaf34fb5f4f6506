using System.Net;
using Microsoft.AspNetCore.Http;
using Strava.Gateway.Limits;

namespace Strava.Gateway.Tests.Limits;

internal sealed class BucketTests
{
    [TestCase("192.0.2.7", "192.0.2.7")]
    [TestCase("::ffff:192.0.2.7", "192.0.2.7")]
    [TestCase("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [TestCase("2001:db8:1:2::", "2001:db8:1:2::/64")]
    [TestCase("::1", "::1")]
    public void A_place_on_the_network(string address, string key)
    {
        Assert.That(ClientAddress.Of(IPAddress.Parse(address)), Is.EqualTo(key));
    }

    [Test]
    public async Task An_idle_callers_bucket_goes_away()
    {
        await using var bucket = new Bucket("test", new BucketOptions { Burst = 5, PerSecond = 5 });
        var callers = await ComeAsync(bucket, 1_000);

        // The bucket holds the key for as long as it counts for it, so a collected key is a forgotten caller.
        Assert.That(
            () =>
            {
                GC.Collect();
                return callers.Count(caller => caller.IsAlive);
            },
            Is.Zero.After(delayInMilliseconds: 30_000, pollingInterval: 500));
    }

    private static async Task<WeakReference[]> ComeAsync(Bucket bucket, int count)
    {
        var callers = new WeakReference[count];
        for (var caller = 0; caller < count; caller++)
        {
            var key = $"caller-{caller}";
            callers[caller] = new WeakReference(key);
            Assert.That(await bucket.TryEnterAsync(new DefaultHttpContext(), key), Is.True);
        }

        return callers;
    }
}
