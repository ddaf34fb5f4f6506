using Strava.Contracts;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;

namespace Strava.Activities.Imports;

/// <summary>The fields of an import.</summary>
internal sealed record ImportForm(IFormFile? File, Sport? Sport, string? Name, Visibility? Visibility, RequestProblems Problems)
{
    public static ImportForm Read(IFormCollection form)
    {
        var problems = new RequestProblems();
        var file = form.Files.GetFile("file");
        if (file is null || file.Length == 0)
        {
            problems.Unreadable("file", "Give the file in a part named file.");
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
