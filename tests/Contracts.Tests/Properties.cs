using FsCheck;

namespace Strava.Contracts.Tests;

internal static class Properties
{
    // A failure throws with the shrunk case and the seed that repeats it.
    internal static void Check(Property property, int runs = 300) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(runs).WithEndSize(100), property);
}
