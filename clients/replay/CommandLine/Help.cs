namespace Strava.Replay.CommandLine;

internal static class Help
{
    public const string Text = """
        Strava.Replay plays recordings to a running stack, through its gateway.

          Strava.Replay demo [--gateway URL]
              Makes demo athletes with friendships and weeks of generated activities, and shows a feed and boards.
              Safe to run again: on the same day nothing changes, on a later day that day's activities are added.

          Strava.Replay import --file ride.gpx --as demo [--type RUN|RIDE] [--gateway URL]
              Uploads a file as that athlete and shows the activity it became.
              Safe to run again: the same file gives the same activity.

          Strava.Replay --help
              Shows this.

        URL is http://localhost:8080 unless given. The stack must hand out tokens by name (POST /dev/token), as it does in
        Development. Exit code 0: done; 1: it did not go through, a sentence says why; 130: stopped by Ctrl-C.

        """;
}
