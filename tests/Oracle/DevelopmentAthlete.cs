using System.Security.Cryptography;
using System.Text;

namespace Strava.Oracle;

/// <summary>The development issuer names its athletes by UUID version 5 of their name.</summary>
internal static class DevelopmentAthlete
{
    private static readonly Guid Space = new("0d1f4c52-6a0e-5f0b-8d57-2b7a4b0c9e31");

    public static Guid IdOf(string name)
    {
#pragma warning disable CA5350 // RFC 9562 prescribes SHA-1 for version 5; this is a name, not a protection.
        var hash = SHA1.HashData([.. Space.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)]);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] % 16) + 0x50);
        hash[8] = (byte)((hash[8] % 64) + 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
