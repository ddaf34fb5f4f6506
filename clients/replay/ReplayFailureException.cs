namespace Strava.Replay;

/// <summary>Ends the program with exit code 1; the message is a sentence for the person at the terminal.</summary>
internal sealed class ReplayFailureException(string sentence) : Exception(sentence);
