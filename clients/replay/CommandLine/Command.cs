using Strava.Contracts.Sports;

namespace Strava.Replay.CommandLine;

/// <summary>What was asked for on the command line.</summary>
internal abstract record Command
{
    private static readonly Uri DefaultGateway = new("http://localhost:8080");

    private Command()
    {
    }

    public sealed record ShowHelp : Command;

    public sealed record RunDemo(Uri Gateway) : Command;

    /// <param name="Gateway">Where to send it.</param>
    /// <param name="File">Path of the recording.</param>
    /// <param name="Athlete">Name of the development athlete whose activity it becomes.</param>
    /// <param name="Type">The sport; <c>null</c>: what the file says, else RUN.</param>
    public sealed record ImportFile(Uri Gateway, string File, string Athlete, Sport? Type) : Command;

    /// <summary>The arguments cannot be understood.</summary>
    public sealed record Mistake(string Sentence) : Command;

    public static Command Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || arguments.Any(argument => argument is "--help" or "-h" or "help"))
        {
            return new ShowHelp();
        }

        return arguments[0] switch
        {
            "demo" => ParseDemo(Options.Read(arguments.Skip(1), ["gateway"], bare: null)),
            "import" => ParseImport(Options.Read(arguments.Skip(1), ["gateway", "file", "as", "type"], bare: "file")),
            _ => new Mistake($"There is no command {arguments[0]}: use demo or import."),
        };
    }

    private static Command ParseDemo(Options options)
    {
        return options.Mistake is { } sentence ? new Mistake(sentence)
            : ParseGateway(options["gateway"]) is { } gateway ? new RunDemo(gateway)
            : NoGateway(options["gateway"]);
    }

    private static Command ParseImport(Options options)
    {
        if (options.Mistake is { } sentence)
        {
            return new Mistake(sentence);
        }

        if (options["file"] is not { Length: > 0 } file)
        {
            return new Mistake("Name the file to import: --file ride.gpx.");
        }

        if (options["as"] is not { } athlete || string.IsNullOrWhiteSpace(athlete))
        {
            return new Mistake("Say whose activity it becomes: --as demo.");
        }

        var type = SportRules.Parse(options["type"]);
        if (options["type"] is { } word && type is null)
        {
            var words = string.Join(" or ", SportRules.All.Select(rules => rules.Word).Order(StringComparer.Ordinal));
            return new Mistake($"{word} is no sport: use {words}.");
        }

        return ParseGateway(options["gateway"]) is { } gateway
            ? new ImportFile(gateway, file, athlete, type)
            : NoGateway(options["gateway"]);
    }

    private static Uri? ParseGateway(string? text)
    {
        return text is null ? DefaultGateway
            : Uri.TryCreate(text, UriKind.Absolute, out var gateway) && gateway.Scheme is "http" or "https" ? gateway
            : null;
    }

    private static Mistake NoGateway(string? text) =>
        new($"{text} is no address of a gateway: give one like {DefaultGateway.OriginalString}.");
}
