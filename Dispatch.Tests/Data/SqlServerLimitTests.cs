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

    [Fact]
    public async Task A_full_batch_stays_below_the_limit()
    {
        var ids = Enumerable.Range(0, 1000).Select(_ => Guid.CreateVersion7()).ToArray();
        host.Database.Expect([host.Database.Rows([host.Project]), .. Enumerable.Repeat<object>(1, 20)]);
        await host.ApplyAsync([.. ids.Select(id => new InsertWrite(Job(id, payload: 2), keyId: null))]);

        host.Database.Expect(1, host.Database.Rows());
        await host.ApplyAsync([.. ids.Select(id => new RearmWrite(id, host.Project))]);
        Assert.Equal([1004, 1001], host.Database.Statements.Select(statement => statement.Parameters.Count));

        host.Database.Expect(1000, host.Database.Rows());
        await host.ApplyAsync([.. ids.Select(id => new ClaimWrite(id, host.Now, term: 0))]);
        Assert.Equal([1004, 1001], host.Database.Statements.Select(statement => statement.Parameters.Count));

        host.Database.Expect([1000, .. Enumerable.Repeat<object>(1, 20)]);
        await host.ApplyAsync([.. ids.Select(id => new RecordWrite(
            host.Claimed(id),
            new Attempt { Id = id, JobId = id, Number = 1, FiredAt = host.Now, ResponseBody = new string('x', 16_384) },
            Transition.Retry,
            retryAt: host.Now,
            keepsAlarm: false))]);
        Assert.Equal(1004, host.Database.Statements[0].Parameters.Count);
    }

    /// <summary>Sessions with a page open, projects of one account: nothing bounds them.</summary>
    [Theory]
    [InlineData(2000, false)]
    [InlineData(2095, false)]
    [InlineData(2098, true)]
    [InlineData(5000, true)]
    public async Task Any_number_of_ids_may_be_asked_for(int count, bool asJson)
    {
        host.Database.Expect();
        await host.Service<SessionLook>().OpenAmongAsync(
            [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())], TestContext.Current.CancellationToken);

        var statement = Assert.Single(host.Database.Statements);
        Assert.Equal(asJson, statement.Text.Contains("OPENJSON"));
        Assert.Empty(TSql.Errors(statement.Text));
    }

    [Fact]
    public async Task Any_number_of_projects_may_change_alike()
    {
        var folded = new JobChanges(isWatched: false);
        for (var project = 0; project < 5000; project++) folded.Removed(Guid.CreateVersion7(), JobStatus.Success);
        host.Database.Expect(0, host.Database.Rows());
        await InTransactionAsync(db => db.CountAsync(Guid.Empty, folded.Counters));

        Assert.All(host.Database.Statements, statement => Assert.Empty(TSql.Errors(statement.Text)));
        Assert.Contains("OPENJSON", host.Database.Statements[0].Text);
        Assert.StartsWith("UPDATE", host.Database.Statements[0].Text);
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
