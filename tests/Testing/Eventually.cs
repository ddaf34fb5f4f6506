using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Strava.Testing;

/// <summary>Waits, bounded, for what becomes true a little later: the answer to an event that travels.</summary>
public static class Eventually
{
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public static Task HoldsAsync(
        Func<bool> condition,
        TimeSpan? within = null,
        [CallerArgumentExpression(nameof(condition))] string what = "")
        => GivesAsync(() => Task.FromResult(condition()), holds => holds, within, what);

    public static Task HoldsAsync(
        Func<Task<bool>> condition,
        TimeSpan? within = null,
        [CallerArgumentExpression(nameof(condition))] string what = "")
        => GivesAsync(condition, holds => holds, within, what);

    /// <summary>Reads until the value is accepted and gives it. An exception while reading counts as not yet.</summary>
    public static async Task<T> GivesAsync<T>(
        Func<Task<T>> read,
        Func<T, bool> accept,
        TimeSpan? within = null,
        [CallerArgumentExpression(nameof(read))] string what = "")
    {
        var limit = within ?? Default;
        var watch = Stopwatch.StartNew();
        var attempts = 0;
        while (true)
        {
            attempts++;
            object? last;
            Exception? trouble = null;
            try
            {
                // The probe itself may hang on a frozen server; the limit holds for it too.
                var value = await read().WaitAsync(Remaining(limit, watch));
                if (accept(value))
                {
                    return value;
                }

                last = value;
            }
            catch (Exception exception)
            {
                trouble = exception;
                last = $"{exception.GetType().Name}: {exception.Message}";
            }

            if (watch.Elapsed >= limit)
            {
                throw new TimeoutException(
                    $"Not within {limit.TotalSeconds:0.#} s ({attempts} attempts): {what}\n  last: {last ?? "null"}",
                    trouble);
            }

            await Task.Delay(Pause);
        }
    }

    private static TimeSpan Remaining(TimeSpan limit, Stopwatch watch)
    {
        var left = limit - watch.Elapsed;
        return left > Pause ? left : Pause;
    }
}
