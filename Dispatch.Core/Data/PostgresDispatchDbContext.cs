using Dispatch.Model;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data;

/// <summary>For several hosts.</summary>
internal sealed class PostgresDispatchDbContext(DbContextOptions<PostgresDispatchDbContext> options) : DispatchDbContext(options)
{
    public override DatabaseProvider Provider => DatabaseProvider.Postgres;

    // PostgreSQL does not see that rows WHERE "ArmedBy" IS NULL stand in an index on it in the order of its second column, and would sort all that is
    // due within the horizon at each sweep. Two indexes, each row in one of them, cost no more than the one they stand for.
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<Job>(job =>
        {
            job.Metadata.RemoveIndex(job.HasIndex(j => new { j.ArmedBy, j.NextAttemptAt, j.ProjectId }).Metadata);
            job.HasIndex(j => new { j.NextAttemptAt, j.ProjectId }).HasFilter("\"NextAttemptAt\" IS NOT NULL AND \"ArmedBy\" IS NULL");
            job.HasIndex(j => new { j.ArmedBy, j.NextAttemptAt, j.ProjectId }).HasFilter("\"NextAttemptAt\" IS NOT NULL AND \"ArmedBy\" IS NOT NULL");
        });
    }
}
