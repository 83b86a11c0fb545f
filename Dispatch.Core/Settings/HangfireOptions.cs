namespace Dispatch.Settings;

/// <summary><c>Hangfire:*</c>.</summary>
internal sealed class HangfireOptions
{
    /// <summary>Null: SqlServer where the database is SQL Server, else Memory.</summary>
    public HangfireStorage? Storage { get; set; }
}

/// <summary>Where Hangfire keeps its alarms.</summary>
internal enum HangfireStorage
{
    Memory,
    SqlServer,
}
