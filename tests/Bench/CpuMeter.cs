using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Strava.Bench;

/// <summary>
/// CPU time spent by this process, and by the backends of one database: unlike rates, it does not mind who else is on
/// the machine.
/// </summary>
internal sealed class CpuMeter(NpgsqlDataSource? database = null)
{
    private const double TicksPerSecond = 100;

    public static TimeSpan Own => Process.GetCurrentProcess().TotalProcessorTime;

    public async Task<(TimeSpan Own, TimeSpan Server)> ReadAsync() => (Own, await ServerAsync());

    private async Task<TimeSpan> ServerAsync()
    {
        if (database is null)
        {
            return TimeSpan.Zero;
        }

        await using var command = database.CreateCommand("SELECT pid FROM pg_stat_activity WHERE datname = current_database()");
        await using var rows = await command.ExecuteReaderAsync();
        var total = TimeSpan.Zero;
        while (await rows.ReadAsync())
        {
            total += OfProcess(rows.GetInt32(0));
        }

        return total;
    }

    // proc(5): fields 14 and 15, counted behind the name in brackets, which may hold blanks.
    private static TimeSpan OfProcess(int pid)
    {
        var stat = $"/proc/{pid}/stat";
        if (!File.Exists(stat))
        {
            return TimeSpan.Zero;
        }

        var fields = File.ReadAllText(stat).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }
}
