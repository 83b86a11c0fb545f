using Dispatch.Model;
using Dispatch.Signing;
using Dispatch.Tests.Infrastructure;
using Dispatch.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Api;

public abstract class SigningSecretTests(TestWebHost host)
{
    [Fact]
    public async Task The_secret_is_32_random_bytes_and_encrypted_at_rest()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var secret = (await person.GetAsync($"projects/{project}/signing-secret")).Data.GetProperty("secret").GetString()!;
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.Equal(32, Convert.FromBase64String(secret["whsec_".Length..]).Length);
        var row = await RowAsync(project);
        Assert.DoesNotContain(secret["whsec_".Length..], row.SecretCipher, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_sign_for_24_hours()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var old = (await person.GetAsync($"projects/{project}/signing-secret")).Data;
        Assert.Null(old.GetProperty("previousExpiresAt").GetString());

        var rotated = (await person.PostAsync($"projects/{project}/signing-secret/rotate")).Data;
        Assert.Equal(rotated.ToString(), (await person.GetAsync($"projects/{project}/signing-secret")).Data.ToString());

        var row = await RowAsync(project);
        var secrets = host.Services.GetRequiredService<SigningSecrets>();
        string[] both = [rotated.GetProperty("secret").GetString()!, old.GetProperty("secret").GetString()!];
        Assert.Equal(Clock.ToRfc3339(row.PreviousSecretExpiresAt!.Value), rotated.GetProperty("previousExpiresAt").GetString());
        Assert.Equal(both, secrets.Current(
            row.SecretCipher,
            row.PreviousSecretCipher,
            row.PreviousSecretExpiresAt,
            row.PreviousSecretExpiresAt!.Value - 1));
        Assert.Equal(both[..1], secrets.Current(
            row.SecretCipher,
            row.PreviousSecretCipher,
            row.PreviousSecretExpiresAt,
            row.PreviousSecretExpiresAt!.Value));
    }

    [Fact]
    public async Task Rotations_at_the_same_time_all_count()
    {
        var person = await host.RegisterAsync();
        var project = await person.CreateProjectAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => person.PostAsync($"projects/{project}/signing-secret/rotate")));
        Assert.Equal(8, answers.Select(answer => answer.Data.GetProperty("secret").GetString()).Distinct().Count());
        var row = await RowAsync(project);
        var current = host.Services.GetRequiredService<SigningSecrets>()
            .Current(row.SecretCipher, row.PreviousSecretCipher, row.PreviousSecretExpiresAt, 0);
        Assert.All(current, secret => Assert.Contains(answers, answer => answer.Data.GetProperty("secret").GetString() == secret));
    }

    private async Task<Project> RowAsync(Guid projectId)
    {
        await using var db = await host.NewContextAsync();
        return await db.Projects.AsNoTracking().SingleAsync(p => p.Id == projectId, TestContext.Current.CancellationToken);
    }
}

public sealed class SigningSecretOnSqlite(TestWebHost host) : SigningSecretTests(host), IClassFixture<TestWebHost>;

public sealed class SigningSecretOnPostgres(PostgresWebHost host) : SigningSecretTests(host), IClassFixture<PostgresWebHost>;

public sealed class SigningSecretOnSqlServer(SqlServerWebHost host) : SigningSecretTests(host), IClassFixture<SqlServerWebHost>;
