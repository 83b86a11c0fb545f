namespace Dispatch.Bench.Contestants;

/// <summary>
/// What a Dispatch stored through its API, kept so that each run can begin with a copy of it: a folder with SQLite's files, or a database.
/// </summary>
internal sealed record Seed(string? Folder, PostgresStore? Postgres) : IAsyncDisposable
{
    /// <summary>So many jobs, a millisecond apart, from tomorrow on; the newest 50 of them are cancelled.</summary>
    public static async Task<Seed> FillAsync(bool onPostgres, int jobs)
    {
        await using var hosts = new DispatchHosts(onPostgres);
        await hosts.StartAsync();
        var due = Clock.NowMs() + 86_400_000;
        var took = await hosts.PostAllAsync(Enumerable.Range(0, jobs).Select(i => due + i));
        await hosts.CancelNewestAsync(50);
        Console.WriteLine(
            $"{hosts.Name}: {jobs:N0} jobs stored at {jobs / took.TotalSeconds:0}/s, {hosts.Megabytes():0} MB resident, "
                + $"{await hosts.DiskBytesAsync() / 1048576:0} MB on disk");
        await hosts.KillSchedulerAsync();
        return await hosts.BecomeSeedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Folder is not null) Directory.Delete(Folder, recursive: true);
        if (Postgres is not null) await Postgres.DisposeAsync();
    }
}
