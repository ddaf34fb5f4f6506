using Npgsql;

namespace Strava.Testing;

/// <summary>What a rebuild has done to the tables of a database.</summary>
internal static class RebuiltTables
{
    public static async Task<T> ScalarAsync<T>(this NpgsqlDataSource database, string sql)
    {
#pragma warning disable CA2100 // The tests' own words.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <returns>What tells a swapped table from one that was not.</returns>
    public static Task<string> TablesAsync(this NpgsqlDataSource database) => database.ScalarAsync<string>(
        "SELECT string_agg(('public.' || name)::regclass::oid::text, ',' ORDER BY name) FROM rebuild_table WHERE is_swapped");

    /// <summary>What a rebuild has left behind.</summary>
    public static Task<long> LeftoversAsync(this NpgsqlDataSource database) => database.ScalarAsync<long>(
        "SELECT count(*) FROM pg_class WHERE relnamespace IN ('shadow'::regnamespace, 'retired'::regnamespace)");

    /// <summary>Columns, constraints, indexes by name, triggers and rights of all tables.</summary>
    public static Task<string> ShapeAsync(this NpgsqlDataSource database) => database.ScalarAsync<string>(
        """
        SELECT string_agg(concat_ws(' ', name, rebuild_shape(c.oid), c.reloptions, c.relacl,
            (SELECT string_agg(conname || pg_get_constraintdef(k.oid), ',' ORDER BY conname) FROM pg_constraint k WHERE conrelid = c.oid),
            (SELECT string_agg(pg_get_triggerdef(t.oid), ',' ORDER BY tgname) FROM pg_trigger t WHERE tgrelid = c.oid AND NOT tgisinternal),
            (SELECT string_agg(pg_get_indexdef(indexrelid), ',' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = c.oid)
        ), E'\n' ORDER BY name)
        FROM rebuild_table JOIN pg_class c ON c.oid = ('public.' || name)::regclass
        """);
}
