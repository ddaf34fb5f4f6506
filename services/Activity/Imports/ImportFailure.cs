namespace Strava.Activities.Imports;

/// <summary>A file that cannot be imported, with a reason that says what to do.</summary>
/// <param name="code">Stable, for programs.</param>
/// <param name="message">A sentence for people.</param>
internal sealed class ImportFailureException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;
}
