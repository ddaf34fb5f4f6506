namespace Strava.Fuzz.Mutation;

/// <summary>Damage that knows nothing of what the bytes mean.</summary>
internal static class Bytes
{
    public static byte[] Damage(byte[] bytes, Random random)
    {
        var damaged = new List<byte>(bytes);
        for (var blows = random.Next(1, 6); blows > 0; blows--)
        {
            var at = random.Next(damaged.Count + 1);
            var count = Math.Min(random.Next(1, 9), damaged.Count - at);
            switch (random.Next(6))
            {
                case 0 when at < damaged.Count:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < damaged.Count:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 2:
                    damaged.RemoveRange(at, count);
                    break;
                case 3:
                    damaged.InsertRange(at, damaged.GetRange(at, count));
                    break;
                case 4:
                    damaged.InsertRange(at, Any(random, random.Next(1, 9)));
                    break;
                case 5 when random.Next(4) == 0:
                    damaged.RemoveRange(at, damaged.Count - at);
                    break;
            }
        }

        return [.. damaged];
    }

    public static byte[] Any(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
