using Dispatch.Data;
using Npgsql;

namespace Dispatch.Tests.Data;

/// <summary>Which of PostgreSQL's errors, and of a pooler's in front of it, mean that a later try can succeed.</summary>
public sealed class PostgresFaultTests
{
    [Theory]
    [InlineData("08006", "08001", "08004", "08P01")]            // connection; PgBouncer says 08P01 for nearly everything
    [InlineData("53100", "53200", "53300", "53400")]            // disk, memory, connections, a limit
    [InlineData("57P01", "57P02", "57P03", "58000", "58030")]   // stopped, crashed, starting, system error
    [InlineData("25006", "55P03", "57014", "25P03")]            // read-only, lock time-out, cancelled, idle in a transaction
    [InlineData("40001", "40P01")]                              // serialization, deadlock
    [InlineData("55000", "55006")]                              // Npgsql's own list: not in the state for it, in use
    public void An_error_that_means_not_now_is_unavailable(params string[] states) =>
        Assert.All(states, state => Assert.True(DatabaseFaults.IsUnavailable(Error(state)), state));

    [Theory]
    [InlineData("42601")]   // syntax
    [InlineData("42P01")]   // no such table
    [InlineData("42501")]   // no permission
    [InlineData("23503")]   // foreign key
    [InlineData("23505")]   // unique
    [InlineData("22021")]   // NUL in a text
    public void An_error_of_the_statement_is_not(string state) => Assert.False(DatabaseFaults.IsUnavailable(Error(state)));

    private static PostgresException Error(string state) => new("", "ERROR", "ERROR", state);
}
