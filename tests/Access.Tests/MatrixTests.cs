using System.Text.RegularExpressions;
using Strava.Testing;

namespace Strava.Access;

/// <summary>
/// Every operation x actor x visibility x door against the rules. A cell is also wrong when a hidden activity can be
/// told from a missing one, when a refused write changed something, and when the document does not know the status.
/// </summary>
[Category("EndToEnd")]
public sealed partial class MatrixTests
{
    [TestCaseSource(typeof(Rules), nameof(Rules.All))]
    public async Task An_operation_answers_each_as_its_rule_says(Rule rule)
    {
        var faults = new List<string>();
        foreach (var cell in rule.Cells())
        {
            var fault = await FaultOfAsync(cell);
            Figures.Add("access.cells", "cells");
            Figures.Judge("access.wrong", "cells", fault is null);
            if (fault is not null)
            {
                faults.Add($"{cell}: {fault}");
            }
        }

        Assert.That(faults, Is.Empty, string.Join('\n', faults));
    }

    private static async Task<string?> FaultOfAsync(Cell cell)
    {
        var rule = cell.Rule;
        var operation = World.Documents.Find(rule);
        var expected = cell.Actor == Actor.Nobody && !rule.IsOpen ? [401] : rule.Expected(cell);
        var isRefused = Array.TrueForAll(expected, status => status >= 400);
        var id = cell.Target is null ? await NewIdAsync(rule)
            : rule.Method == "GET" || isRefused ? World.SharedActivity(cell.Target)
            : await World.MakeActivityAsync(cell.Target);

        var before = isRefused && rule.Method != "GET" ? await World.StoredAsync() : null;
        var answer = await SendAsync(cell, operation, id);
        if (!expected.Contains(answer.Status))
        {
            return $"{answer.Status} and not {string.Join(" or ", expected)}: {answer.Text}";
        }

        if (!operation.Answers(answer.Status))
        {
            return $"its document does not know {answer.Status}";
        }

        if (before is not null && await World.StoredAsync() is var after && after != before)
        {
            return $"refused, and yet it changed something: {before} became {after}";
        }

        // There is no link on a last page, and no ETag while the figures run on.
        string[] optional = cell.Target is { IsSaved: false } ? ["Link", "ETag"] : ["Link"];
        if (operation.MissingHeaders(answer).Except(optional).ToArray() is { Length: > 0 } missing)
        {
            return $"its document promises {string.Join(", ", missing)}";
        }

        if (answer.Status >= 400)
        {
            return answer.MediaType == "application/problem+json"
                ? await FaultOfHidingAsync(cell, operation, id, answer)
                : "no problem";
        }

        return FaultOfContent(cell, id, answer);
    }

    /// <summary>The same answer, byte by byte but for the id that was asked for and the trace's.</summary>
    private static async Task<string?> FaultOfHidingAsync(Cell cell, Operation operation, string id, Answer answer)
    {
        if (cell.Target is null || answer.Status is not (401 or 404))
        {
            return null;
        }

        foreach (var absent in new[] { $"{Guid.CreateVersion7()}", World.DeletedActivity })
        {
            var other = await SendAsync(cell, operation, absent);
            var (one, two) = (Anonymous(answer.Text, id), Anonymous(other.Text, absent));
            if (other.Status != answer.Status || one != two || !other.HeaderNames.SetEquals(answer.HeaderNames))
            {
                return $"hidden and not there differ: {answer.Status} {one} and {other.Status} {two}";
            }
        }

        return null;
    }

    private static string? FaultOfContent(Cell cell, string id, Answer answer)
    {
        if (cell.Rule.ShowsTarget is { } shows && answer.Text.Contains(id, StringComparison.Ordinal) != shows(cell))
        {
            return shows(cell) ? "the list lacks it" : "the list shows it";
        }

        return cell.Rule.NamesCaller && (string?)answer.Json["id"] != World.IdOf(cell.Actor)
            ? $"it is not about the caller: {answer.Text}"
            : null;
    }

    private static Task<Answer> SendAsync(Cell cell, Operation operation, string id)
    {
        var path = cell.Rule.Path
            .Replace("{id}", id, StringComparison.Ordinal)
            .Replace("{athleteId}", id, StringComparison.Ordinal)
            .Replace("{sport}", "RUN", StringComparison.Ordinal) + cell.Rule.Query;
        var body = cell.Rule.Example is { } name
            ? operation.Examples.Single(example => example.Name == name).Body
            : operation.Examples.Select(example => example.Body).FirstOrDefault();
        return Sender.SendAsync(
            Sender.ClientOf(cell.Rule.Service, cell.Door),
            cell.Rule.Method,
            path,
            World.TokenOf(cell.Actor),
            operation.MediaType,
            body);
    }

    /// <summary>
    /// What a path without an activity is about: reading asks for the owner, writing for somebody new.
    /// </summary>
    private static async Task<string> NewIdAsync(Rule rule) =>
        rule.Path.StartsWith("/clubs/{id}", StringComparison.Ordinal) ? World.Club
        : rule.Path.StartsWith("/challenges/{id}", StringComparison.Ordinal) ? World.Challenge
        : rule.Path.StartsWith("/segments/{id}", StringComparison.Ordinal) ? World.Segment
        : !rule.Path.Contains("{athleteId}", StringComparison.Ordinal) ? ""
        : rule.Method == "GET" ? World.IdOf(Actor.Owner)
        : await World.NeutralAsync();

    private static string Anonymous(string text, string id) =>
        TraceId().Replace(text.Replace(id, "<id>", StringComparison.Ordinal), "");

    [GeneratedRegex("\"traceId\":\"[^\"]*\"")]
    private static partial Regex TraceId();
}
