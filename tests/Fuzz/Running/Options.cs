using System.Globalization;

namespace Strava.Fuzz.Running;

/// <summary>The command line.</summary>
internal sealed record Options(double Seconds, int Seed, string? Target, (string Target, int Seed)? Repeat, string Failures)
{
    public const string Usage =
        "--seconds N  --seed N (else by the clock)  --target json|gpx|codec|cursor  --repeat TARGET:SEED  --failures FOLDER";

    /// <returns><c>null</c> when it cannot be understood.</returns>
    public static Options? Parse(string[] args)
    {
        var seed = (int)(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() % 1_000_000) * 1_000;
        var options = new Options(60, seed, null, null, Path.Combine("artifacts", "fuzz"));
        for (var i = 0; i < args.Length; i += 2)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            var parts = value.Split(':');
            var next = args[i] switch
            {
                "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 =>
                    options with { Seconds = seconds },
                "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out var given) => options with { Seed = given },
                "--target" when value.Length > 0 => options with { Target = value },
                "--failures" when value.Length > 0 => options with { Failures = value },
                "--repeat" when parts.Length == 2 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var given) =>
                    options with { Repeat = (parts[0], given) },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            options = next;
        }

        return options;
    }
}
