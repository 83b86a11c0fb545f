using System.Data.Common;
using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Time;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.SqlServer;
using Microsoft.Data.SqlClient;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Creates Hangfire's storage: in the host's memory, or in SQL Server, which the hosts share.</summary>
internal static class AlarmStorage
{
    private const string Schema = "HangFire";

    private static readonly TimeSpan CleanEvery = TimeSpan.FromMinutes(1);

    /// <summary>Creates the storage that the settings name. SQL Server's creates its tables, so the database must exist.</summary>
    /// <exception cref="StartupException">The tables cannot be created.</exception>
    public static JobStorage Create(HangfireOptions hangfire, DatabaseOptions database) => hangfire.Storage switch
    {
        HangfireStorage.Memory or null => new InMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = Timing.HangfireRetention }),
        HangfireStorage.SqlServer => OnSqlServer(ConnectionStrings.ForHangfire(database)),
    };

    private static SqlServerStorage OnSqlServer(string connectionString)
    {
        MakeTables(connectionString);
        // The values that Hangfire recommends for 1.8; most are its defaults.
        var options = new SqlServerStorageOptions
        {
            SchemaName = Schema,
            SqlClientFactory = SqlClientFactory.Instance,
            PrepareSchemaIfNecessary = false,   // done above: Hangfire would only log an error and go on
            CommandBatchMaxTimeout = TimeSpan.FromMinutes(5),
            SlidingInvisibilityTimeout = TimeSpan.FromMinutes(5),
            QueuePollInterval = TimeSpan.Zero,   // means: poll every 200 ms, and at once when this host has set an alarm
            UseRecommendedIsolationLevel = true,
            DisableGlobalLocks = true,
            JobExpirationCheckInterval = CleanEvery,
            CountersAggregateInterval = CleanEvery,
        };
        return new SqlServerStorage(connectionString, options) { JobExpirationTimeout = Timing.HangfireRetention };
    }

    private static void MakeTables(string connectionString)
    {
        try
        {
            using var connection = new SqlConnection(connectionString);
            connection.Open();
            SqlServerObjectsInstaller.Install(connection, Schema, enableHeavyMigrations: true);
        }
        catch (DbException exception)
        {
            throw new StartupException(
                $"Hangfire:Storage: Hangfire's tables cannot be made in the schema {Schema}: {exception.GetBaseException().Message} "
                + "Let the host's user make them, or set it to Memory.");
        }
    }
}
