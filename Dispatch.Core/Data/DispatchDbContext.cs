using Dispatch.Accounts;
using Dispatch.Data.Moving;
using Dispatch.Execution;
using Dispatch.Inboxes;
using Dispatch.Jobs;
using Dispatch.Projects;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data;

/// <summary>Everything Dispatch keeps. A sealed context per provider derives from it, so that each has migrations of its own.</summary>
public abstract class DispatchDbContext(DbContextOptions options) : IdentityUserContext<Account, Guid>(options), IDataProtectionKeyContext
{
    public abstract DatabaseProvider Provider { get; }

    public DbSet<Job> Jobs => Set<Job>();

    public DbSet<Attempt> Attempts => Set<Attempt>();

    public DbSet<ProjectTally> ProjectTallies => Set<ProjectTally>();

    public DbSet<DeliveryHour> DeliveryHours => Set<DeliveryHour>();

    public DbSet<Project> Projects => Set<Project>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<ReceivedRequest> InboxRequests => Set<ReceivedRequest>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<Host> Hosts => Set<Host>();

    public DbSet<MoveMark> MoveMarks => Set<MoveMark>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        Schema.Describe(builder);
    }
}
