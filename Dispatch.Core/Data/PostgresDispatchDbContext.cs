using Dispatch.Model;
using Dispatch.Settings;
using Microsoft.EntityFrameworkCore;

namespace Dispatch.Data;

internal sealed class PostgresDispatchDbContext(DbContextOptions<PostgresDispatchDbContext> options) : DispatchDbContext(options)
{
    public override DatabaseProvider Provider => DatabaseProvider.Postgres;

    // PostgreSQL does not see that an index on ArmedBy has its rows of NULL in the order of the second column, so each sweep would sort
    // all jobs within the horizon. Two indexes cost no more than one, because each row is in only one of them.
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<Job>(job =>
        {
            job.Metadata.RemoveIndex(job.HasIndex(j => new { j.ArmedBy, j.NextAttemptAt, j.ProjectId }).Metadata);
            job.HasIndex(j => new { j.NextAttemptAt, j.ProjectId }).HasFilter("\"NextAttemptAt\" IS NOT NULL AND \"ArmedBy\" IS NULL");
            job.HasIndex(j => new { j.ArmedBy, j.NextAttemptAt, j.ProjectId })
                .HasFilter("\"NextAttemptAt\" IS NOT NULL AND \"ArmedBy\" IS NOT NULL");
        });
    }
}
