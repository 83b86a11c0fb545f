using Dispatch.Model;
using Dispatch.Settings;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data;

/// <summary>Each provider has a derived context, because each needs its own migrations.</summary>
internal abstract class DispatchDbContext(DbContextOptions options) : IdentityUserContext<Account, Guid>(options), IDataProtectionKeyContext
{
    public abstract DatabaseProvider Provider { get; }

    public DbSet<Job> Jobs => Set<Job>();

    public DbSet<BigPayload> BigPayloads => Set<BigPayload>();

    public DbSet<Attempt> Attempts => Set<Attempt>();

    public DbSet<ProjectCounters> ProjectCounters => Set<ProjectCounters>();

    public DbSet<HourlyStats> HourlyStats => Set<HourlyStats>();

    public DbSet<Project> Projects => Set<Project>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<ReceivedRequest> InboxRequests => Set<ReceivedRequest>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<Host> Hosts => Set<Host>();

    public DbSet<CopyMark> CopyMarks => Set<CopyMark>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        Schema.Describe(builder);
    }
}
