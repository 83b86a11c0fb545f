using Dispatch.Counters;
using Dispatch.Data;
using Dispatch.Live;
using Dispatch.Model;
using Dispatch.Settings;
using Dispatch.Tests.Infrastructure;
using Dispatch.Writing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Dispatch.Tests.Live;

/// <summary>What a host sees of the others' changes in the database, look by look.</summary>
public sealed class ChangePollerTests
{
    public static TheoryData<DatabaseProvider> Providers => HostPair.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Only_what_another_host_did_in_a_watched_account_is_told(DatabaseProvider provider)
    {
        await using var rig = await Rig.StartAsync(provider);
        var (mine, theirs) = (await rig.AddProjectAsync(rig.Account), await rig.AddProjectAsync(Guid.CreateVersion7()));
        rig.Listen(rig.Account);
        Assert.Equal(1, await rig.LookAsync());   // the first look, whatever it sees
        Assert.Equal(0, await rig.LookAsync());

        await rig.ChangeAsync(rig.Other, mine);
        Assert.Equal(1, await rig.LookAsync());
        Assert.Equal(0, await rig.LookAsync());
        await rig.ChangeAsync(rig.Other, theirs);
        await rig.ChangeAsync(rig.Me.Id, mine);
        Assert.Equal(0, await rig.LookAsync());
        await rig.ChangeAsync(rig.Third, mine);
        await rig.ChangeAsync(rig.Other, mine);
        Assert.Equal(1, await rig.LookAsync());   // once for both
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task What_was_told_already_is_not_told_again(DatabaseProvider provider)
    {
        await using var rig = await Rig.StartAsync(provider);
        var project = await rig.AddProjectAsync(rig.Account);
        rig.Listen(rig.Account);
        await rig.LookAsync();

        await rig.ChangeAsync(rig.Other, project);
        rig.Watch.MarkReceived(rig.Other, rig.Account);
        Assert.Equal(0, await rig.LookAsync());
        await rig.ChangeAsync(rig.Other, project);
        rig.Watch.MarkReceived(rig.Other, AccountChanges.Everyone);
        Assert.Equal(0, await rig.LookAsync());

        // It may come a little later than the stamp.
        await rig.ChangeAsync(rig.Other, project);
        Assert.Equal(0, await rig.LookAsync(meanwhile: () => rig.Watch.MarkReceived(rig.Other, rig.Account)));
        Assert.Equal(0, await rig.LookAsync());

        // Said by another host, of another account, or before the last look: that was not this change.
        rig.Watch.MarkReceived(rig.Third, rig.Account);
        rig.Watch.MarkReceived(rig.Other, Guid.CreateVersion7());
        await rig.ChangeAsync(rig.Other, project);
        Assert.Equal(1, await rig.LookAsync());
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_project_that_is_new_or_cleared_away_and_a_host_that_is_folded_are_seen(DatabaseProvider provider)
    {
        await using var rig = await Rig.StartAsync(provider);
        rig.Listen(rig.Account);
        await rig.LookAsync();

        var project = await rig.AddProjectAsync(rig.Account);
        await rig.ChangeAsync(rig.Other, project);
        Assert.Equal(1, await rig.LookAsync());
        await rig.WriteAsync(db => db.ProjectCounters.Where(t => t.HostId == rig.Other).ExecuteDeleteAsync());
        Assert.Equal(1, await rig.LookAsync());
        await rig.ChangeAsync(rig.Other, project);
        await rig.LookAsync();
        await rig.WriteAsync(db => db.Projects.ExecuteDeleteAsync());
        Assert.Equal(1, await rig.LookAsync());
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Nothing_is_asked_where_nobody_listens(DatabaseProvider provider)
    {
        await using var rig = await Rig.StartAsync(provider);
        var project = await rig.AddProjectAsync(rig.Account);
        await rig.ChangeAsync(rig.Other, project);
        await rig.LookAsync();
        Assert.Equal(0, rig.Asked);

        var listening = rig.Listen(rig.Account);
        await rig.LookAsync();
        await rig.LookAsync();
        Assert.Equal(2, rig.Asked);
        listening.Dispose();
        await rig.LookAsync();
        Assert.Equal(2, rig.Asked);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task A_transaction_that_leaves_every_number_as_it_was_moves_the_stamp(DatabaseProvider provider)
    {
        await using var rig = await Rig.StartAsync(provider);
        var project = await rig.AddProjectAsync(rig.Account);
        var changes = new JobChanges(isWatched: false);
        changes.Moved(project, Guid.CreateVersion7(), Transition.Claim, 1);
        changes.Moved(project, Guid.CreateVersion7(), Transition.Interrupt, 1);
        Assert.Equal(default, changes.Counters.Jobs[project]);

        await rig.WriteAsync(db =>
        {
            db.Count(rig.Other, changes.Counters);
            return Task.CompletedTask;
        });

        await using var db = await rig.Database.Contexts.CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, (await db.ProjectCounters.SingleAsync(TestContext.Current.CancellationToken)).Changes);
    }

    private sealed class Rig : IAsyncDisposable, IDbContextFactory<DispatchDbContext>
    {
        private int heard;

        private Rig(TestDatabase database)
        {
            Database = database;
            Feed = new JobFeed(database.Contexts, TimeProvider.System, NullLogger<JobFeed>.Instance);
            Watch = new ChangePoller(this, Feed, Me, Clock, NullLogger<ChangePoller>.Instance);
        }

        public TestDatabase Database { get; }

        private FakeTimeProvider Clock { get; } = new();

        public HostIdentity Me { get; } = new();

        public Guid Other { get; } = Guid.CreateVersion7();

        public Guid Third { get; } = Guid.CreateVersion7();

        public Guid Account { get; } = Guid.CreateVersion7();

        public ChangePoller Watch { get; }

        /// <summary>How often the watch went to the database.</summary>
        public int Asked { get; private set; }

        private JobFeed Feed { get; }

        public static async Task<Rig> StartAsync(DatabaseProvider provider) => new(await TestDatabase.CreateAsync(provider));

        public async Task<Guid> AddProjectAsync(Guid accountId)
        {
            var project = new Project
            {
                Id = Guid.CreateVersion7(), AccountId = accountId, Name = "test",
                SecretCipher = "cipher", InboxToken = InboxToken.Create()
            };
            await WriteAsync(db => db.InsertRowsAsync([project]));
            return project.Id;
        }

        public IDisposable Listen(Guid accountId) => Feed.Subscribe(accountId, change =>
        {
            Assert.Equal(FeedKind.Invalidate, change.Kind);
            heard++;
        });

        /// <summary>How often a listener was told to look again.</summary>
        public async Task<int> LookAsync(Action? meanwhile = null)
        {
            heard = 0;
            var looking = Watch.PollAsync(TestContext.Current.CancellationToken);
            meanwhile?.Invoke();
            while (!looking.IsCompleted)
            {
                await Task.WhenAny(looking, Task.Delay(10, TestContext.Current.CancellationToken));
                Clock.Advance(TimeSpan.FromSeconds(1));
            }

            await looking;
            return heard;
        }

        /// <summary>As a transaction of that host does which touches the project.</summary>
        public Task ChangeAsync(Guid hostId, Guid projectId) => WriteAsync(db =>
        {
            var changes = new JobChanges(isWatched: false);
            changes.InboxChanged(projectId, 1);
            db.Count(hostId, changes.Counters);
            return Task.CompletedTask;
        });

        public async Task WriteAsync(Func<DispatchDbContext, Task> write)
        {
            await using var db = await Database.Contexts.CreateDbContextAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            await write(db);
            await transaction.CommitAsync();
        }

        public DispatchDbContext CreateDbContext()
        {
            Asked++;
            return Database.Contexts.CreateDbContext();
        }

        public async ValueTask DisposeAsync()
        {
            Feed.Dispose();
            Watch.Dispose();
            await Database.DisposeAsync();
        }
    }
}
