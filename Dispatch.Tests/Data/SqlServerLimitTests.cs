using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Data.Hot;
using Dispatch.Tests.Infrastructure;
using Dispatch.Web.Accounts;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Data;

/// <summary>
/// A statement takes 2,100 parameters on SQL Server, two of them the driver's:
/// <see cref="FakeDatabase"/> refuses more, and values that would be cut off.
/// </summary>
public sealed class SqlServerLimitTests : IAsyncLifetime
{
    private const string Url = "http://example.com/hook";

    private FakeHost host = null!;

    public async ValueTask InitializeAsync() => host = await FakeHost.StartAsync(DatabaseProvider.SqlServer);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    /// <summary>Sessions with a page open, projects of one account: nothing bounds them.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2098)]
    [InlineData(5000)]
    public async Task Any_number_of_ids_is_one_parameter(int count)
    {
        host.Database.Expect();
        await host.Service<SessionLook>().OpenAmongAsync(
            [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())], TestContext.Current.CancellationToken);

        var statement = Assert.Single(host.Database.Statements);
        Assert.Contains("OPENJSON", statement.Text);
        Assert.Equal(1, statement.Parameters.Count(parameter => parameter.StartsWith("@ids", StringComparison.Ordinal)));
        Assert.Empty(TSql.Errors(statement.Text));
    }

    [Fact]
    public void Any_number_of_projects_may_change()
    {
        var folded = new JobChanges(isWatched: false);
        for (var project = 0; project < 5000; project++) folded.Removed(Guid.CreateVersion7(), JobStatus.Success);
        var calls = CounterUpdates.Calls(DatabaseProvider.SqlServer, [], folded.Counters);

        var call = Assert.Single(calls);
        Assert.Equal(["rows"], call.Values.Select(value => value.Name));
        Assert.Empty(TSql.Errors(call.Text.SqlServer));
    }

    /// <summary>The payload of a job may be 16 MiB; EF gives a parameter without a value 8,000 bytes.</summary>
    [Fact]
    public async Task Long_values_are_not_cut()
    {
        host.Database.Expect();
        await InTransactionAsync(db => db.InsertRowsAsync([Job(host.Ids[0], payload: 1_000_000), Job(host.Ids[1], payload: 1)]));

        var statement = Assert.Single(host.Database.Statements);
        Assert.Equal(2, statement.Parameters.Count(parameter => parameter.EndsWith(" varbinary(max)", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Any_number_of_rows_goes_in_with_a_few_texts()
    {
        var texts = new HashSet<string>();
        for (var count = 1; count <= 300; count++)
        {
            host.Database.Expect();
            await InTransactionAsync(db => db.InsertRowsAsync(
                [.. Enumerable.Range(0, count).Select(_ => Job(Guid.CreateVersion7(), payload: 2))]));
            Assert.Equal(count, host.Database.Statements.Sum(statement => statement.Text.Split("), (").Length));
            texts.UnionWith(host.Database.Statements.Select(statement => statement.Text));
        }

        Assert.Equal(8, texts.Count);
    }

    /// <summary>The statements' rows are the right ones: seen on a database that can be had.</summary>
    [Fact]
    public async Task Rows_in_one_statement_are_those_that_were_given()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var db = await database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        var rows = Enumerable.Range(0, 389).Select(i => new Project
        {
            Id = Guid.CreateVersion7(), AccountId = host.Account, Name = $"p{i}",
            SecretCipher = new string('x', 9000 + i), InboxToken = $"{i}", CreatedAt = i,
        }).ToArray();
        await using (var transaction = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await RowInsert.AsValuesAsync(db, rows);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        var stored = await db.Projects.AsNoTracking().OrderBy(p => p.CreatedAt).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            rows.Select(p => (p.Id, p.Name, p.SecretCipher, p.DeletedAt)),
            stored.Select(p => (p.Id, p.Name, p.SecretCipher, p.DeletedAt)));
    }

    private async Task InTransactionAsync(Func<DispatchDbContext, Task> write)
    {
        await using var db = await host.Service<IDbContextFactory<DispatchDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await write(db);
    }

    private Job Job(Guid id, int payload) => new()
    {
        Id = id, AccountId = host.Account, ProjectId = host.Project, Title = "t", WebhookUrl = Url, Payload = new byte[payload],
        FireAt = host.Now, NextAttemptAt = host.Now, CreatedAt = host.Now, UpdatedAt = host.Now,
    };
}
