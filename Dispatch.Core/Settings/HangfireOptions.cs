namespace Dispatch.Settings;

/// <summary><c>Hangfire:*</c>.</summary>
internal sealed class HangfireOptions
{
    /// <summary>Null: SqlServer if the database is SQL Server, otherwise Memory.</summary>
    public HangfireStorage? Storage { get; set; }
}

internal enum HangfireStorage
{
    Memory,
    SqlServer,
}
