using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Two hosts on one PostgreSQL for all tests of a class. Where there is none, each test is skipped as soon as it asks for them.
/// </summary>
public sealed class TwoHosts : IAsyncLifetime
{
    private Cluster? cluster;

    internal Cluster Cluster
    {
        get
        {
            DatabaseServers.SkipWhereMissing(DatabaseProvider.Postgres);
            return cluster!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (DatabaseServers.WhyMissing(DatabaseProvider.Postgres) is null) cluster = await Cluster.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DisposeAsync();
    }
}
