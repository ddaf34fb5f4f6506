using System.Text;

namespace Strava.Replay.Demo;

/// <summary>
/// Lines in columns as wide as their widest cell; a heading that begins with &gt; makes its column flush right.
/// </summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> _rows = [[.. headings.Select(heading => heading.TrimStart('>'))]];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        if (_rows.Count == 1)
        {
            return $"    nobody yet{Environment.NewLine}";
        }

        var widths = headings.Select((_, column) => _rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in _rows)
        {
            var cells = row.Select((cell, column) =>
                headings[column].StartsWith('>') ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.AppendLine($"    {string.Join("  ", cells)}".TrimEnd());
        }

        return text.ToString();
    }
}
