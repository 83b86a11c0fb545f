using System.Net;
using System.Net.Sockets;
using Dispatch.Data;
using Microsoft.Data.SqlClient;

namespace Dispatch.Tests.Data;

/// <summary>What SQL Server's driver says when there is no server, or none any more: on Linux it has no number then.</summary>
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
