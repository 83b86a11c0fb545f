namespace Dispatch.Settings;

/// <summary><c>Database:*</c>.</summary>
internal sealed class DatabaseOptions
{
    public DatabaseProvider Provider { get; set; } = DatabaseProvider.Sqlite;

    /// <summary>For SQLite, a relative <c>Data Source</c> starts at the content root.</summary>
    public string ConnectionString { get; set; } = "Data Source=data/dispatch.db";
}

public enum DatabaseProvider
{
    Sqlite,
    Postgres,
    SqlServer,
}
