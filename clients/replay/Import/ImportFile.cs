using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Replay.CommandLine;
using Strava.Replay.Gateway;

namespace Strava.Replay.Import;

/// <summary>
/// <c>Strava.Replay import</c>: uploads a file, shows what it became. Safe to repeat: the same file is the same
/// activity.
/// </summary>
internal sealed class ImportFile(GatewayClient gateway, TextWriter output)
{
    public async Task RunAsync(Command.ImportFile command, CancellationToken cancellationToken)
    {
        // Looked at first: a wrong path must not make an athlete.
        var content = await ReadAsync(command.File, cancellationToken);
        var session = await AthleteSession.OpenAsync(gateway, new TokenRequest(command.Athlete), cancellationToken);
        var answer = await session.PostFormAsync("/activities/import", () => Form(command, content), cancellationToken);
        var name = Path.GetFileName(command.File);
        switch ((int)answer.Status)
        {
            case (int)HttpStatusCode.Accepted:
                output.WriteLine($"{name} was taken; its files are imported one after another: {answer.Body}");
                return;
            case >= 400 and < 500:
                throw new ReplayFailureException($"{name} was not imported: {answer.Problem}");
        }

        var activities = answer.Read<List<PartialActivity>>();
        output.WriteLine(answer.IsCreated
            ? $"{name} was imported for {command.Athlete}."
            : $"{name} was already imported for {command.Athlete}; nothing has changed.");
        foreach (var activity in activities)
        {
            var path = $"/activities/{activity.Id}";
            var details = (await session.GetAsync(path, cancellationToken)).Read<ActivityDetails>();
            Show(details, new Uri(gateway.Address, path));
        }
    }

    private static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new ReplayFailureException($"There is no file {path}: check its path.");
        }

        try
        {
            var content = await File.ReadAllBytesAsync(path, cancellationToken);
            return content.Length > 0
                ? content
                : throw new ReplayFailureException($"{path} is empty: export it again.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ReplayFailureException($"{path} cannot be read: {exception.Message} Check its rights.");
        }
    }

    private static MultipartFormDataContent Form(Command.ImportFile command, byte[] content)
    {
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var form = new MultipartFormDataContent { { file, "file", Path.GetFileName(command.File) } };
        if (command.Type is { } sport)
        {
            form.Add(new StringContent(SportRules.Of(sport).Word), "type");
        }

        return form;
    }

    private void Show(ActivityDetails activity, Uri address)
    {
        output.WriteLine();
        Line("name", activity.Name);
        Line("sport", SportRules.Of(activity.Type).Word);
        Line("start", Figures.Moment(activity.StartedAt));
        Line("distance", Figures.Kilometres(activity.DistanceMeters));
        if (activity.TotalSeconds > 0)
        {
            Line("moving time", Figures.Duration(activity.MovingSeconds));
            Line("active time", Figures.Duration(activity.ActiveSeconds));
            Line("total time", Figures.Duration(activity.TotalSeconds));
        }
        else
        {
            Line("times", "none: the file's points have no times");
        }

        Line("climb", Figures.Climb(activity.ElevationGainMeters));
        Line("pauses", activity.Pauses.Count.ToString(CultureInfo.InvariantCulture));
        Line("points", activity.PointCount.ToString(CultureInfo.InvariantCulture));
        Line("id", activity.Id.ToString());
        Line("address", address.ToString());
    }

    private void Line(string label, string figure) => output.WriteLine($"    {label,-12}  {figure}");
}
