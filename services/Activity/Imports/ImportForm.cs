using System.Net.Http.Headers;
using Strava.Contracts;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;

namespace Strava.Activities.Imports;

/// <summary>The fields of an import. As with every command, what it does not know or gets twice is refused.</summary>
internal sealed record ImportForm(IFormFile? File, Sport? Sport, string? Name, Visibility? Visibility, RequestProblems Problems)
{
    private static readonly string[] Fields = ["type", "name", "visibility"];

    public static bool IsMultipart(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && string.Equals(type.MediaType, "multipart/form-data", StringComparison.OrdinalIgnoreCase);

    public static ImportForm Read(IFormCollection form)
    {
        var problems = new RequestProblems();
        var file = form.Files.Count == 1 && form.Files[0].Name == "file" ? form.Files[0] : null;
        if (file is null || file.Length == 0)
        {
            problems.Unreadable("file", "Give one file, not empty, in a part named file and with a filename.");
        }

        foreach (var (field, values) in form)
        {
            if (!Fields.Contains(field) || values.Count > 1)
            {
                problems.Unreadable("form", $"Allowed besides file are, each once: {string.Join(", ", Fields)}.");
            }
        }

        var sport = SportRules.Parse(form["type"]);
        if (form.ContainsKey("type") && sport is null)
        {
            problems.Unreadable("type", $"Allowed are {string.Join(", ", SportRules.All.Select(rules => rules.Word))}.");
        }

        Visibility? visibility = form["visibility"].ToString() switch
        {
            "EVERYONE" => Contracts.Visibility.Everyone,
            "FRIENDS" => Contracts.Visibility.Friends,
            "ONLY_ME" => Contracts.Visibility.OnlyMe,
            _ => null,
        };
        if (form.ContainsKey("visibility") && visibility is null)
        {
            problems.Unreadable("visibility", "Allowed are EVERYONE, FRIENDS, ONLY_ME.");
        }

        var name = form.TryGetValue("name", out var given) && !string.IsNullOrWhiteSpace(given) ? given.ToString() : null;
        RequestRules.CheckName(problems, name);
        return new ImportForm(file, sport, name, visibility, problems);
    }
}
