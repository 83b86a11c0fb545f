using System.Data.Common;
using Dispatch.Data;
using Dispatch.Settings;
using Dispatch.Time;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.SqlServer;
using Microsoft.Data.SqlClient;

namespace Dispatch.Alarms.HangfireAdapter;

/// <summary>Where Hangfire keeps alarms: in the host's memory, or in SQL Server, where the hosts share it.</summary>
internal static class AlarmStorage
{
    private const string Schema = "HangFire";

    private static readonly TimeSpan CleanEvery = TimeSpan.FromMinutes(1);

    /// <summary>The storage of the settings. SQL Server's makes its tables, so the database must be there.</summary>
    /// <exception cref="StartupException">The tables cannot be made.</exception>
    public static JobStorage Create(HangfireOptions hangfire, DatabaseOptions database) => hangfire.Storage switch
    {
        HangfireStorage.Memory or null => new InMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = Timing.HangfireShows }),
        HangfireStorage.SqlServer => OnSqlServer(Providers.HangfireConnectionString(database)),
    };

    private static SqlServerStorage OnSqlServer(string connectionString)
    {
        MakeTables(connectionString);
        // The values Hangfire recommends for 1.8, most of them its defaults.
        var options = new SqlServerStorageOptions
        {
            SchemaName = Schema,
            SqlClientFactory = SqlClientFactory.Instance,
            PrepareSchemaIfNecessary = false,   // done: it would log what is wrong, and go on
            CommandBatchMaxTimeout = TimeSpan.FromMinutes(5),
            SlidingInvisibilityTimeout = TimeSpan.FromMinutes(5),
            QueuePollInterval = TimeSpan.Zero,   // one thread asks every 200 ms, and at once for what this host set; alarms ring 3 s early
            UseRecommendedIsolationLevel = true,
            DisableGlobalLocks = true,
            JobExpirationCheckInterval = CleanEvery,
            CountersAggregateInterval = CleanEvery,
        };
        return new SqlServerStorage(connectionString, options) { JobExpirationTimeout = Timing.HangfireShows };
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
                $"Hangfire:Storage: Hangfire's tables cannot be made in the schema {Schema}: {exception.GetBaseException().Message} Let the host's user make them, or set it to Memory.");
        }
    }
}
