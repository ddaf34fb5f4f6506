namespace Strava.Fuzz.Mutation;

internal static class RandomExtensions
{
    public static T Of<T>(this Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    public static bool OneIn(this Random random, int many) => random.Next(many) == 0;
}
