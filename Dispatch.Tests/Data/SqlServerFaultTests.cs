using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Dispatch.Data;
using Microsoft.Data.SqlClient;

namespace Dispatch.Tests.Data;

/// <summary>Which of SQL Server's errors mean that a later try can succeed. Without a server, they have no number on Linux.</summary>
public sealed class SqlServerFaultTests
{
    [Theory]
    [InlineData("refuses")]
    [InlineData("closes")]
    [InlineData("is silent")]
    public async Task A_server_that_is_away_is_unavailable(string server)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        if (server == "refuses") listener.Stop();
        if (server == "closes") _ = CloseAllAsync(listener);

        await using var connection = new SqlConnection(
            $"Server=127.0.0.1,{port};Database=none;User Id=none;Password=none;Connect Timeout=1;Pooling=false");
        var refused = await Assert.ThrowsAsync<SqlException>(() => connection.OpenAsync(TestContext.Current.CancellationToken));

        Assert.True(
            DatabaseFaults.IsUnavailable(refused),
            string.Join(", ", refused.Errors.Cast<SqlError>().Select(e => $"{e.Number} class {e.Class}: {e.Message}")));
        Assert.False(DatabaseFaults.IsConflict(refused));
        Assert.False(DatabaseFaults.IsUniqueViolation(refused));
    }

    /// <summary>Each has a severity that a wrong statement has as well.</summary>
    [Theory]
    [InlineData("availability group", 976, 978, 979, 982, 983, 988)]
    [InlineData("database coming up or going", 921, 922, 923, 924, 926, 927, 941, 942, 952)]
    [InlineData("server starting, stopping, patched or full", 17142, 17187, 17188, 17189, 17197, 17809, 18401, 18451, 18456, 18461)]
    [InlineData("Azure's limits", 10922, 10928, 10929, 10930, 10936, 40544, 40549, 40550, 40551, 40552, 40553)]
    [InlineData("Azure's service", 40143, 40197, 40501, 40540, 40613, 40642, 40648, 40675, 42108, 42109, 49510, 49918, 49919, 49920)]
    [InlineData("Azure's control plane", 45153, 45156, 45157, 45161, 45179, 45182, 45319, 45547)]
    [InlineData("list of SqlClient's retry logic", 1204, 1205, 1222, 4060, 4221, 10053, 10054, 10060, 997, 233, 64, 20, -2)]
    public void An_error_that_means_not_now_is_unavailable(string what, params int[] numbers) => Assert.All(numbers, number => Assert.All(
        (byte[])[14, 16],
        severity => Assert.True(DatabaseFaults.IsUnavailable(Error(number, severity)), $"{what}: {number} of class {severity}")));

    [Theory]
    [InlineData(0)]       // cancelled
    [InlineData(102)]     // syntax
    [InlineData(207)]     // no such column
    [InlineData(208)]     // no such table
    [InlineData(229)]     // no permission
    [InlineData(515)]     // NULL in a column that forbids it
    [InlineData(547)]     // foreign key
    [InlineData(2601)]    // unique index
    [InlineData(2627)]    // unique constraint
    [InlineData(2628)]    // value too long
    [InlineData(8114)]    // conversion
    public void An_error_of_the_statement_is_not(int number) => Assert.False(DatabaseFaults.IsUnavailable(Error(number, severity: 16)));

    /// <summary>The driver makes these itself; there is no other way to one.</summary>
    private static SqlException Error(int number, byte severity)
    {
        const BindingFlags hidden = BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        var error = typeof(SqlError).GetConstructors(hidden).MinBy(constructor => constructor.GetParameters().Length)!;
        object?[] arguments = [.. error.GetParameters().Select(parameter => parameter.Name switch
        {
            "infoNumber" => number,
            "errorClass" => severity,
            _ => parameter.ParameterType == typeof(string) ? ""
                : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)
                : null,
        })];
        var errors = (SqlErrorCollection)Activator.CreateInstance(typeof(SqlErrorCollection), nonPublic: true)!;
        typeof(SqlErrorCollection).GetMethod("Add", hidden)!.Invoke(errors, [error.Invoke(arguments)]);
        var exception = typeof(SqlException).GetMethod("CreateException", hidden, [typeof(SqlErrorCollection), typeof(string)])!;
        var made = (SqlException)exception.Invoke(null, [errors, "16.0"])!;
        Assert.Equal((number, severity), (made.Number, made.Class));
        return made;
    }

    private static async Task CloseAllAsync(TcpListener listener)
    {
        try
        {
            while (true) (await listener.AcceptSocketAsync()).Dispose();
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }
}
