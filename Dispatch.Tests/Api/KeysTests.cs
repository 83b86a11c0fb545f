using System.Text.RegularExpressions;
using Dispatch.Projects;
using Dispatch.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Api;

public abstract class KeysTests(TestWebHost host)
{
    [Fact]
    public async Task A_key_is_shown_once_and_stored_as_a_hash()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var (id, text) = await person.CreateKeyAsync(project, "  Käse ");
        Assert.Matches(new Regex("^sk_[0-9a-f]{64}$"), text);

        var list = await person.GetAsync($"projects/{project}/keys");
        Assert.DoesNotContain(text, list.Text, StringComparison.Ordinal);
        var key = Assert.Single(list.Data.GetProperty("keys").EnumerateArray().ToArray());
        Assert.Equal(["id", "label", "lastFour", "createdAt", "lastUsedAt"], key.EnumerateObject().Select(p => p.Name));
        Assert.Equal(
            (id, "Käse", text[^4..]),
            (key.GetProperty("id").GetGuid(), key.GetProperty("label").GetString(), key.GetProperty("lastFour").GetString()));

        await using var db = await host.NewContextAsync();
        var row = await db.ApiKeys.SingleAsync(k => k.Id == id, TestContext.Current.CancellationToken);
        Assert.Equal(Secret.Hash(text), row.Hash);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sk_")]
    [InlineData("sk_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("SK_0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("sk_000000000000000000000000000000000000000000000000000000000000000G")]
    [InlineData("ses_0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_malformed_or_unknown_key_is_401(string key)
    {
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Get, "jobs"),
            (HttpMethod.Post, "jobs"),
            (HttpMethod.Delete, "jobs/x"),
            (HttpMethod.Get, "jobs/x"),
        })
        {
            var answer = await host.Anonymous.WithKey(key).SendAsync(method, path);
            Assert.Equal((401, "unauthorized"), (answer.Status, answer.Code));
            Assert.NotEmpty(answer.Headers.WwwAuthenticate);
        }
    }

    [Fact]
    public async Task A_revoked_key_is_401_at_once()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var (id, text) = await person.CreateKeyAsync(project);
        var program = person.WithKey(text);
        Assert.Equal(400, (await program.PostAsync("jobs", "{}")).Status);   // in the cache from here on

        Assert.Equal(200, (await person.DeleteAsync($"projects/{project}/keys/{id}")).Status);
        Assert.Equal(401, (await program.PostAsync("jobs", "{}")).Status);
        Assert.Equal(401, (await program.GetAsync("jobs")).Status);
        Assert.Equal(404, (await person.DeleteAsync($"projects/{project}/keys/{id}")).Status);
    }

    [Fact]
    public async Task A_revoked_key_is_401_at_once_while_it_is_in_use()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        for (var round = 0; round < 20; round++)
        {
            var (id, text) = await person.CreateKeyAsync(project);
            var program = person.WithKey(text);
            using var done = new CancellationTokenSource();
            var users = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (!done.IsCancellationRequested) await program.PostAsync("jobs", "{}");
            })).ToArray();
            await person.DeleteAsync($"projects/{project}/keys/{id}");
            Assert.Equal(401, (await program.PostAsync("jobs", "{}")).Status);
            await done.CancelAsync();
            await Task.WhenAll(users);
            Assert.Equal(401, (await program.PostAsync("jobs", "{}")).Status);
        }
    }

    [Fact]
    public void A_lookup_that_was_under_way_cannot_bring_a_revoked_key_back()
    {
        var cache = new KeyCache();
        var (hash, owner) = (Secret.Hash("sk_x"), new KeyOwner(Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()));
        var before = cache.Epoch;
        cache.Clear();
        cache.Add(hash, owner, before);
        Assert.False(cache.TryGet(hash, out _));
        cache.Add(hash, owner, cache.Epoch);
        Assert.True(cache.TryGet(hash, out _));
    }

    [Fact]
    public async Task The_last_use_is_shown_at_once_and_written_later()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var (id, text) = await person.CreateKeyAsync(project);
        await person.WithKey(text).GetAsync("jobs");
        Assert.NotNull(
            (await person.GetAsync($"projects/{project}/keys")).Data.GetProperty("keys")[0].GetProperty("lastUsedAt").GetString());
        Assert.Null(await StoredAsync(id));

        await host.Services.GetRequiredService<KeyUsage>().FlushAsync();
        Assert.NotNull(await StoredAsync(id));
    }

    private async Task<long?> StoredAsync(Guid keyId)
    {
        await using var db = await host.NewContextAsync();
        return await db.ApiKeys.Where(k => k.Id == keyId).Select(k => k.LastUsedAt).SingleAsync(TestContext.Current.CancellationToken);
    }
}

public sealed class KeysOnSqlite(TestWebHost host) : KeysTests(host), IClassFixture<TestWebHost>;

public sealed class KeysOnPostgres(PostgresWebHost host) : KeysTests(host), IClassFixture<PostgresWebHost>;

public sealed class KeysOnSqlServer(SqlServerWebHost host) : KeysTests(host), IClassFixture<SqlServerWebHost>;
