using System.Data.Common;
using Dispatch.Data;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Accounts;

/// <summary>A wrong key or token costs a look-up once.</summary>
public sealed class WrongCredentialTests
{
    [Fact]
    public async Task A_wrong_credential_is_looked_up_once_and_one_of_the_wrong_form_never()
    {
        var queries = new CountQueries();
        await using var host = await StartAsync(queries);
        var anonymous = new ApiClient(new Uri(host.Url));
        var wrong = new string('a', 64);
        await RefuseAsync(anonymous.WithKey($"sk_{wrong}"));
        await RefuseAsync(new ApiClient(new Uri(host.Url)) { Token = $"ses_{wrong}" });

        var before = queries.Count;
        for (var i = 0; i < 20; i++)
        {
            await RefuseAsync(anonymous.WithKey($"sk_{wrong}"));
            await RefuseAsync(anonymous.WithKey($"sk_{wrong}x"));
            await RefuseAsync(new ApiClient(new Uri(host.Url)) { Token = $"ses_{wrong}" });
            await RefuseAsync(new ApiClient(new Uri(host.Url)) { Token = "nonsense" });
        }

        Assert.Equal(before, queries.Count);
    }

    [Fact]
    public async Task Many_wrong_keys_at_once_are_refused_and_a_right_one_passes()
    {
        var queries = new CountQueries();
        await using var host = await StartAsync(queries);
        using var user = await ApiUser.SignUpAsync(host.Url);
        var anonymous = new ApiClient(new Uri(host.Url));
        var before = queries.Count;
        var wrong = Enumerable.Range(0, 200).Select(i => RefuseAsync(anonymous.WithKey($"sk_{i:x64}")));
        await Task.WhenAll([.. wrong, user.ScheduleAsync("http://127.0.0.1:9/", DateTimeOffset.UtcNow.AddHours(1))]);
        Assert.Equal(before + 201, queries.Count);
    }

    private static Task<TestHost> StartAsync(CountQueries queries) => TestHost.StartWithAsync(
        services => services.ConfigureDbContext<SqliteDispatchDbContext>(options => options.AddInterceptors(queries)));

    private static async Task RefuseAsync(ApiClient client)
    {
        var answer = await client.GetAsync("jobs");
        Assert.Equal(401, answer.Status);
    }

    /// <summary>Counts the look-ups of keys and sessions.</summary>
    private sealed class CountQueries : DbCommandInterceptor
    {
        private int count;

        public int Count => Volatile.Read(ref count);

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            if (command.CommandText.Contains("\"Hash\" = ", StringComparison.Ordinal)) Interlocked.Increment(ref count);
            return new(result);
        }
    }
}
