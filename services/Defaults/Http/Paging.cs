using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http;

namespace Strava.ServiceDefaults;

/// <summary>
/// `page` (from 1) and `pageSize` (1 to 100) of a list. Take it as a handler's parameter; what is out of range is a 400
/// that names the field before the handler runs.
/// </summary>
public sealed record Paging(int Page, int PageSize) : IBindableFromHttpContext<Paging>
{
    public const int DefaultPageSize = 20;
    public const int MaxPageSize = 100;

    /// <summary>
    /// An offset is read row by row by the database, so a page number is bounded; a cursor goes further.
    /// </summary>
    public const int MaxPage = 100_000;

    public long Offset => (long)(Page - 1) * PageSize;

    public static ValueTask<Paging?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var query = context.Request.Query;
        return ValueTask.FromResult<Paging?>(new Paging(
            Read(query, "page", defaultValue: 1, MaxPage),
            Read(query, "pageSize", DefaultPageSize, MaxPageSize)));
    }

    /// <summary>
    /// Call it where there are more rows than this page shows: <c>Link: &lt;...page=n+1&gt;; rel="next"</c>.
    /// </summary>
    public void AddNextLink(HttpContext context)
    {
        NextLink.Add(context, "page", (Page + 1).ToString(CultureInfo.InvariantCulture));
    }

    private static int Read(IQueryCollection query, string name, int defaultValue, int max)
    {
        if (!query.TryGetValue(name, out var given))
        {
            return defaultValue;
        }

        return given.Count == 1
            && int.TryParse(given[0], NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= 1
            && value <= max
                ? value
                : throw new BadHttpRequestException($"{name}: must be one whole number from 1 to {max}.");
    }
}
