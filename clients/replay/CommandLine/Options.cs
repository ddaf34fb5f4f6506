namespace Strava.Replay.CommandLine;

/// <summary>Named values of the command line, as <c>--name value</c> or <c>--name=value</c>.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private Options()
    {
    }

    /// <summary>The first thing that cannot be understood; <c>null</c> when all is well.</summary>
    public string? Mistake { get; private set; }

    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <param name="arguments">What follows the command.</param>
    /// <param name="known">Names that the command takes, without dashes.</param>
    /// <param name="bare">The name that a value without any name stands for; <c>null</c>: there is none.</param>
    public static Options Read(IEnumerable<string> arguments, string[] known, string? bare)
    {
        var options = new Options();
        using var rest = arguments.GetEnumerator();
        while (options.Mistake is null && rest.MoveNext())
        {
            options.Mistake = options.ReadOne(rest, known, bare);
        }

        return options;
    }

    private string? ReadOne(IEnumerator<string> rest, string[] known, string? bare)
    {
        var argument = rest.Current;
        if (!argument.StartsWith("--", StringComparison.Ordinal))
        {
            return bare is null ? $"{argument} has no meaning here." : Set(bare, argument);
        }

        var (name, value) = argument.IndexOf('=', StringComparison.Ordinal) is var at and > 0
            ? (argument[2..at], argument[(at + 1)..])
            : (argument[2..], null);
        if (!known.Contains(name))
        {
            return $"There is no option --{name} here: there are {string.Join(", ", known.Select(one => "--" + one))}.";
        }

        if (value is null && rest.MoveNext())
        {
            value = rest.Current;
        }

        return value is null ? $"A value is missing after --{name}." : Set(name, value);
    }

    private string? Set(string name, string value) =>
        _values.TryAdd(name, value) ? null : $"--{name} is given twice.";
}
