using System.Security.Cryptography;

namespace Strava.Activities.Sharding;

/// <summary>
/// 4,096 virtual shards: an athlete's number never changes, and each number lies in one database. Pure.
/// </summary>
internal static class VirtualShard
{
    public const int Count = 4_096;

    /// <summary>
    /// The first 12 bits of SHA-256 of the id's bytes as written; the same as <c>virtual_shard_of</c> in SQL.
    /// </summary>
    public static int Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return (hash[0] << 4) | (hash[1] >> 4);
    }
}
