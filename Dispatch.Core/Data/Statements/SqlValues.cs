using Dispatch.Settings;

namespace Dispatch.Data.Statements;

/// <summary>Values as each database's driver takes them.</summary>
internal static class SqlValues
{
    public static object? For(DatabaseProvider provider, object? value) => provider switch
    {
        DatabaseProvider.Postgres => value,
        DatabaseProvider.Sqlite or DatabaseProvider.SqlServer => ForSqlite(value),
    };

    public static object? ForSqlite(object? value) => value switch
    {
        Guid id => id.ToByteArray(bigEndian: true),
        bool flag => flag ? 1L : 0L,
        _ => value,
    };
}
