using System.Diagnostics;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Hosts as processes of their own on one database, each as if on a machine of its own, a receiver, and a user who reaches each of them.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly TemporaryFolder folder;
    private readonly List<HostProcess> hosts = [];
    private readonly List<ApiUser> users = [];
    private readonly DatabaseOptions database;
    private readonly bool dropsDatabase;
    private readonly string[] settings;
    private readonly ServiceProvider services;

    private Cluster(TemporaryFolder folder, DatabaseOptions database, bool dropsDatabase, string[] settings)
    {
        (this.folder, this.database, this.dropsDatabase, this.settings) = (folder, database, dropsDatabase, settings);
        services = new ServiceCollection().AddDispatchDatabase(database, folder.Path).BuildServiceProvider();
    }

    public Receiver Receiver { get; private set; } = null!;

    public IReadOnlyList<HostProcess> Hosts => hosts;

    /// <summary>The hosts' way to the database, and the test's own.</summary>
    public string ConnectionString => database.ConnectionString;

    /// <summary>The same person through each host.</summary>
    public IReadOnlyList<ApiUser> Users => users;

    /// <summary>Starts hosts on a database of their own. Skips the test where there is no server for it.</summary>
    public static async Task<Cluster> StartAsync(
        int hosts = 2, DatabaseProvider provider = DatabaseProvider.Postgres, params string[] settings)
    {
        var folder = new TemporaryFolder();
        return await StartAsync(
            new Cluster(folder, await DatabaseServers.CreateAsync(provider, folder.Path), dropsDatabase: true, settings), hosts);
    }

    /// <summary>Hosts on a server that the test will stop, or that they reach on a way of their own.</summary>
    /// <param name="way">From the database's own connection string to the one that is used; null: the same.</param>
    public static async Task<Cluster> StartOnAsync(
        PostgresServer server, int hosts = 2, Func<string, string>? way = null, params string[] settings)
    {
        var direct = await server.CreateDatabaseAsync("dispatch");
        var database = new DatabaseOptions { Provider = DatabaseProvider.Postgres, ConnectionString = way?.Invoke(direct) ?? direct };
        return await StartAsync(new Cluster(new(), database, dropsDatabase: false, settings), hosts);
    }

    /// <summary>Starts one more host. Returns its place.</summary>
    public async Task<int> AddAsync()
    {
        Directory.CreateDirectory(FolderOf(hosts.Count));
        hosts.Add(await StartAsync(hosts.Count, Ports.Free()));
        users.Add(users.Count == 0 ? await ApiUser.SignUpAsync(hosts[0].Url) : users[0].At(hosts[^1].Url));
        return hosts.Count - 1;
    }

    /// <summary>Starts a host that has ended again, at the same address.</summary>
    public async Task RestartAsync(int at)
    {
        await hosts[at].DisposeAsync();
        hosts[at] = await StartAsync(at, new Uri(hosts[at].Url).Port);
    }

    // A state folder of its own, as on a machine of its own: what is known of another host, only the database says.
    private Task<HostProcess> StartAsync(int at, int port) =>
        HostProcess.StartAsync(
            FolderOf(at),
            port,
            new Dictionary<string, string> { ["STATE_DIRECTORY"] = FolderOf(at) },
            [.. DatabaseServers.AsSettings(database), .. settings]);

    private string FolderOf(int at) => Path.Combine(folder.Path, $"{at}");

    /// <summary>Posts that many jobs at once through one host; job <c>i</c> is due as <paramref name="dueAt"/> says.</summary>
    public Task PostAsync(Ledger ledger, int host, int count, Func<int, DateTimeOffset> dueAt, string path = "/") =>
        Parallel.ForAsync(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = TestContext.Current.CancellationToken },
            async (i, _) => Assert.NotNull(await ledger.PostAsync(users[host], Receiver.Url + path, dueAt(i))));

    /// <summary>Has every host take, send and record some jobs, so that the figures that follow are not the compiler's.</summary>
    public async Task WarmUpAsync()
    {
        var ledger = new Ledger();
        for (var host = 0; host < hosts.Count; host++)
            await PostAsync(ledger, host, 100, i => DateTimeOffset.UtcNow.AddMilliseconds(2000 + (i * 5)), "/warm-up");
        await ledger.AllArriveAsync(Receiver, TimeSpan.FromSeconds(60));
        await AllSucceedAsync(ledger, TimeSpan.FromSeconds(30));
        await FlushDiskAsync();
        Receiver.Forget();
    }

    // What earlier tests have written may still be on its way, such as 10,000 jobs, or a database just dropped. A commit would wait for it.
    private static async Task FlushDiskAsync()
    {
        using var sync = Process.Start("sync");
        await sync.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>How many lines the hosts have written that hold every one of the texts.</summary>
    public int LinesWith(params string[] texts) =>
        hosts.Sum(host => host.Output.Split('\n').Count(line => texts.All(text => line.Contains(text, StringComparison.Ordinal))));

    /// <summary>Executes a statement of the test's own on the hosts' database.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new Npgsql.NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public Task<DispatchDbContext> ReadAsync() =>
        services.GetRequiredService<IDbContextFactory<DispatchDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);

    /// <summary>The host's id of its present start, from its row.</summary>
    public async Task<Guid> IdOfAsync(int host)
    {
        await using var db = await ReadAsync();
        var name = $"{Environment.MachineName}:{hosts[host].Id}";
        return await db.Hosts.Where(h => h.Name == name).Select(h => h.Id).SingleAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What the host has armed or claimed and not finished.</summary>
    public async Task<IReadOnlyList<Guid>> HeldByAsync(Guid hostId, JobStatus? status = null)
    {
        await using var db = await ReadAsync();
        return await db.Jobs
            .Where(j => j.ArmedBy == hostId && j.NextAttemptAt != null && (status == null || j.Status == status))
            .Select(j => j.Id)
            .ToListAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>How many attempts each of the hosts has recorded so far, dead ones left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> RecordedAsync()
    {
        await using var db = await ReadAsync();
        return await db.HourlyStats
            .GroupBy(h => h.HostId)
            .Select(g => new { g.Key, Count = g.Sum(h => h.Succeeded) })
            .ToDictionaryAsync(g => g.Key, g => g.Count, TestContext.Current.CancellationToken);
    }

    /// <summary>The jobs whose attempts were cut off, as the log says.</summary>
    public async Task<HashSet<Guid>> InterruptedAsync()
    {
        await using var db = await ReadAsync();
        return await db.Attempts
            .Where(a => a.Status == AttemptStatus.Interrupted)
            .Select(a => a.JobId)
            .ToHashSetAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends when every acknowledged job is SUCCESS.</summary>
    public async Task AllSucceedAsync(Ledger ledger, TimeSpan limit)
    {
        var until = DateTimeOffset.UtcNow + limit;
        while (true)
        {
            await using var db = await ReadAsync();
            var succeeded = await db.Jobs
                .Where(j => j.Status == JobStatus.Success)
                .Select(j => j.Id)
                .ToHashSetAsync(TestContext.Current.CancellationToken);
            if (ledger.Acknowledged.Keys.All(succeeded.Contains)) return;
            Assert.True(
                DateTimeOffset.UtcNow < until,
                $"{ledger.Acknowledged.Keys.Count(id => !succeeded.Contains(id))} of {ledger.Acknowledged.Count} jobs "
                + $"are not SUCCESS after {limit.TotalSeconds:0} s");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<Cluster> StartAsync(Cluster cluster, int hosts)
    {
        cluster.Receiver = await Receiver.StartAsync();
        await cluster.services.GetRequiredService<PostgresPooler>().LookAsync();   // as a host does, for the test's own reads
        for (var i = 0; i < hosts; i++) await cluster.AddAsync();
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var user in users) user.Dispose();
        foreach (var host in hosts) await host.DisposeAsync();
        await Receiver.DisposeAsync();
        await services.DisposeAsync();
        if (dropsDatabase) await DatabaseServers.DropAsync(database);
        folder.Dispose();
    }
}
