using Dispatch.Bench.Contestants;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Micro;

/// <summary>The PostgreSQL that all benchmarks of a run share, with full durability. Started by the first that wants it.</summary>
internal static class Postgres
{
    private static PostgresServer? server;

    /// <summary>A new database in it.</summary>
    public static async Task<DatabaseOptions> CreateDatabaseAsync()
    {
        // No autovacuum: on two cores it would be what one iteration in ten measures.
        server ??= await PostgresServer.StartAsync("shared_buffers=256MB", "max_wal_size=4GB", "autovacuum=off");
        return new()
        {
            Provider = DatabaseProvider.Postgres, ConnectionString = await server.CreateDatabaseAsync($"micro_{Guid.NewGuid():N}")
        };
    }

    /// <summary>The processor time that it took so far.</summary>
    public static TimeSpan Cpu() => ProcessTree.Cpu(server!.ProcessId);

    public static async Task StopAsync()
    {
        if (server is not null) await server.DisposeAsync();
    }
}
