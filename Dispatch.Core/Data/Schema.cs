using Dispatch.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Dispatch.Data;

internal static class Schema
{
    private const int NameUnits = 400;   // 200 characters may be 400 UTF-16 units

    public static void Describe(ModelBuilder model)
    {
        model.Entity<Job>(DescribeJob);
        model.Entity<BigPayload>(DescribeBigPayload);
        model.Entity<Attempt>(DescribeAttempt);
        model.Entity<ProjectCounters>(DescribeProjectCounters);
        model.Entity<HourlyStats>(DescribeHourlyStats);
        model.Entity<Project>(DescribeProject);
        model.Entity<ReceivedRequest>(DescribeReceivedRequest);
        model.Entity<ApiKey>(DescribeApiKey);
        model.Entity<Session>(DescribeSession);
        model.Entity<Host>(DescribeHost);
        model.Entity<CopyMark>(DescribeCopyMark);
    }

    private static void DescribeJob(EntityTypeBuilder<Job> job)
    {
        job.ToTable("Jobs");
        job.Property(j => j.Title).HasMaxLength(NameUnits);
        job.Property(j => j.WebhookUrl).HasMaxLength(2048);
        job.Property(j => j.Status).HasMaxLength(9)
            .HasConversion(status => status.ToName(), name => StatusNames.ToJobStatus(name)!.Value)
            .Metadata.SetAfterSaveBehavior(PropertySaveBehavior.Throw);   // only a verb's guarded UPDATE changes it
        job.HasOne<Project>().WithMany().HasForeignKey(j => j.ProjectId).OnDelete(DeleteBehavior.Restrict);

        // For the lists of an account or a project, newest first. The columns of the filters stand at the end, so that the index alone
        // gives a page's ids. Only one index has the status of every job, because each such index slows down each delivery.
        job.HasIndex(j => new { j.AccountId, j.CreatedAt, j.Id, j.ProjectId, j.FireAt });
        job.HasIndex(j => new { j.ProjectId, j.CreatedAt, j.Id, j.FireAt });
        job.HasIndex(j => new { j.ProjectId, j.Status, j.CreatedAt, j.Id, j.FireAt });
        job.HasIndex(j => new { j.AccountId, j.Status, j.CreatedAt, j.Id, j.ProjectId, j.FireAt })
            .HasFilter("\"Status\" IN ('FAILED', 'DEAD', 'CANCELLED')");
        // For the latest failures. Successful jobs are never in it.
        job.HasIndex(j => new { j.AccountId, j.UpdatedAt, j.ProjectId }).HasFilter("\"Status\" IN ('FAILED', 'DEAD')");
        // For the sweeper: free jobs by due time, and the jobs of each host. ProjectId is for the chart of the next hour.
        job.HasIndex(j => new { j.ArmedBy, j.NextAttemptAt, j.ProjectId }).HasFilter("\"NextAttemptAt\" IS NOT NULL");
    }

    private static void DescribeBigPayload(EntityTypeBuilder<BigPayload> payload)
    {
        payload.ToTable("BigPayloads");
        payload.HasKey(p => p.JobId);
        payload.HasOne<Job>().WithOne().HasForeignKey<BigPayload>(p => p.JobId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void DescribeAttempt(EntityTypeBuilder<Attempt> attempt)
    {
        attempt.ToTable("Attempts");
        attempt.Property(a => a.Status).HasMaxLength(11)
            .HasConversion(status => status.ToName(), name => StatusNames.ToAttemptStatus(name)!.Value);
        attempt.HasIndex(a => new { a.JobId, a.Number }).IsUnique();
        attempt.HasOne<Job>().WithMany().HasForeignKey(a => a.JobId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void DescribeProjectCounters(EntityTypeBuilder<ProjectCounters> counters)
    {
        counters.ToTable("ProjectCounters");
        counters.HasKey(c => new { c.ProjectId, c.HostId });   // no foreign key: an insert would wait if someone has locked the project
    }

    private static void DescribeHourlyStats(EntityTypeBuilder<HourlyStats> hour)
    {
        hour.ToTable("HourlyStats");
        hour.HasKey(h => new { h.ProjectId, h.Hour, h.HostId });   // no foreign key, as above
    }

    private static void DescribeProject(EntityTypeBuilder<Project> project)
    {
        project.ToTable("Projects");
        project.Property(p => p.Name).HasMaxLength(NameUnits);
        project.Property(p => p.InboxToken).HasMaxLength(InboxToken.Length);
        project.HasIndex(p => p.AccountId);
        project.HasIndex(p => p.InboxToken).IsUnique();
    }

    private static void DescribeReceivedRequest(EntityTypeBuilder<ReceivedRequest> request)
    {
        request.ToTable("InboxRequests");
        request.Property(r => r.Method).HasMaxLength(ReceivedRequest.MaxMethod);
        request.Property(r => r.Signature).HasMaxLength(7).HasConversion<string>();
        request.HasIndex(r => new { r.ProjectId, r.ReceivedAt, r.Id });
        request.HasOne<Project>().WithMany().HasForeignKey(r => r.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void DescribeApiKey(EntityTypeBuilder<ApiKey> key)
    {
        key.ToTable("ApiKeys");
        key.Property(k => k.Label).HasMaxLength(NameUnits);
        key.Property(k => k.Hash).HasMaxLength(32);
        key.Property(k => k.LastFour).HasMaxLength(4);
        key.HasIndex(k => k.Hash).IsUnique();
        key.HasOne<Project>().WithMany().HasForeignKey(k => k.ProjectId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void DescribeSession(EntityTypeBuilder<Session> session)
    {
        session.ToTable("Sessions");
        session.Property(s => s.Kind).HasMaxLength(7).HasConversion<string>();
        session.Property(s => s.Hash).HasMaxLength(32);
        session.Property(s => s.UserAgent).HasMaxLength(Session.MaxUserAgent);
        session.Property(s => s.IpAddress).HasMaxLength(Session.MaxAddress);
        session.HasIndex(s => s.Hash).IsUnique();
        session.HasOne<Account>().WithMany().HasForeignKey(s => s.AccountId).OnDelete(DeleteBehavior.Cascade);
    }

    private static void DescribeHost(EntityTypeBuilder<Host> host)
    {
        host.ToTable("Hosts");
        host.Property(h => h.Name).HasMaxLength(200);
    }

    private static void DescribeCopyMark(EntityTypeBuilder<CopyMark> mark)
    {
        mark.ToTable("CopyMarks");
        mark.HasKey(m => new { m.CopyId, m.Role });
        mark.Property(m => m.Role).HasMaxLength(6).HasConversion<string>();
    }
}
