using Dispatch.Data;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Dispatch.Tests.Data;

/// <summary>Whether a failed transaction may be stored all the same: then the next try asks for it.</summary>
public sealed class AnsweredFaultTests
{
    [Fact]
    public void A_connection_that_broke_has_answered_nothing()
    {
        Assert.False(DatabaseFaults.IsAnswered(new NpgsqlException("broken", new EndOfStreamException())));
        var timeout = new NpgsqlException("timeout", new TimeoutException());
        Assert.False(DatabaseFaults.IsAnswered(new InvalidOperationException("EF", timeout)));
        Assert.False(DatabaseFaults.IsAnswered(new IOException("reset")));
        Assert.False(DatabaseFaults.IsAnswered(new InvalidCastException()));   // ours, while the answer was read
        Assert.False(DatabaseFaults.IsAnswered(new PostgresException("server conn crashed?", "FATAL", "FATAL", "08P01")));
        Assert.False(DatabaseFaults.IsAnswered(new PostgresException("terminating connection", "FATAL", "FATAL", "57P01")));
    }

    [Fact]
    public void A_refusal_is_an_answer()
    {
        Assert.True(DatabaseFaults.IsAnswered(new PostgresException("refused", "ERROR", "ERROR", "22000")));
        Assert.True(DatabaseFaults.IsAnswered(new SqliteException("busy", 5)));
    }
}
