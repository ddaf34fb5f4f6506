using Npgsql;
using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>The pass over all athletes while Redis does not take what it is given.</summary>
[Category("Integration")]
public sealed class StoreRefillTests
{
    [Test]
    public async Task A_range_that_redis_did_not_take_is_read_again_and_so_is_the_one_after_it()
    {
        await using var world = await World.CreateAsync();
        await UpToAsync(world, 12_000);
        var refill = new Refill(world) { WritesThatFail = 1 };

        Assert.That(await refill.FillAsync(await world.ClaimAsync(), default), Is.EqualTo(12_000));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(refill.Written, Is.EqualTo(new[] { (0L, 5_000L), (5_000L, 105_000L) }), "each range once, in order");
            Assert.That(refill.Tokens, Is.Ordered.Ascending, "or the second would be refused as an older applier's");
            Assert.That(refill.Reads, Is.EqualTo(4));
        }
    }

    [Test]
    public async Task When_it_fails_nothing_of_it_goes_on()
    {
        await using var world = await World.CreateAsync();
        await UpToAsync(world, 12_000);
        var refill = new Refill(world) { WritesThatFail = int.MaxValue, ReadThatFails = 2 };
        var term = await world.ClaimAsync();

        Assert.ThrowsAsync<InvalidDataException>(() => refill.FillAsync(term, default));

        var tries = refill.Tries;
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        Assert.That(refill.Tries, Is.EqualTo(tries), "writes behind the back of whoever begins anew");
    }

    private static async Task UpToAsync(World world, int count)
    {
        // The last alone: ranges are of numbers, whoever has them.
        await using var command = world.Database.CreateCommand(
            "INSERT INTO athlete_number (number, athlete_id) OVERRIDING SYSTEM VALUE SELECT $1, gen_random_uuid()");
        command.Parameters.Add(new() { Value = (long)count });
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Refill(World world) : StoreRefill(world.Database, world.Redis, BoardApplier.Duty)
    {
        public int WritesThatFail { get; set; }

        public int ReadThatFails { get; set; }

        public int Reads { get; private set; }

        public int Tries { get; private set; }

        public List<(long From, long Last)> Written { get; } = [];

        public List<long> Tokens { get; } = [];

        protected override Task<RangeRead> ReadAsync(
            NpgsqlConnection snapshot, long from, long last, CancellationToken cancellationToken)
        {
            if (++Reads == ReadThatFails)
            {
                throw new InvalidDataException("a row that nobody can read");
            }

            return Task.FromResult(new RangeRead(from == 0 ? 5_000 : 7_000, (right, _) =>
            {
                if (Tries++ < WritesThatFail)
                {
                    throw new RedisAwayException("slow");
                }

                Written.Add((from, last));
                Tokens.Add(right.Token);
                return Task.FromResult(0L);
            }));
        }
    }
}
