using System.Net;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Faults;

/// <summary>
/// Scenario 15 of reliability.md, and what else one host does that must hold on the other at once. Two processes on one PostgreSQL.
/// </summary>
public sealed class OtherHostTests(TwoHosts hosts) : IClassFixture<TwoHosts>, IAsyncLifetime
{
    private readonly Cluster cluster = hosts.Cluster;

    /// <summary>One person, through the one host and through the other.</summary>
    private ApiUser Here { get; set; } = null!;

    private ApiUser There { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Here = await ApiUser.SignUpAsync(cluster.Hosts[0].Url);
        There = Here.At(cluster.Hosts[1].Url);
    }

    public ValueTask DisposeAsync()
    {
        Here?.Dispose();
        There?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task No_post_that_starts_after_the_key_was_revoked_on_the_other_host_is_accepted()
    {
        var posts = await EndUnderLoad.RunAsync(
            () => Here.PostJobAsync(cluster.Receiver.Url, DateTimeOffset.UtcNow.AddHours(1)), RevokeThereAsync);
        EndUnderLoad.AssertDeadAtOnce(posts, HttpStatusCode.Created);
        Report("posts", posts, HttpStatusCode.Created);
    }

    /// <summary>Nothing is stored, so nothing but the look at the key tells that it is revoked.</summary>
    [Fact]
    public async Task No_invalid_post_that_starts_after_the_key_was_revoked_on_the_other_host_is_told_what_is_wrong_with_it()
    {
        var posts = await EndUnderLoad.RunAsync(() => Here.SendWithKeyAsync(HttpMethod.Post, "jobs", """{"title":""}"""), RevokeThereAsync);
        EndUnderLoad.AssertDeadAtOnce(posts, HttpStatusCode.BadRequest);
        Report("invalid posts", posts, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task No_read_that_starts_after_the_key_was_revoked_on_the_other_host_is_answered()
    {
        var reads = await EndUnderLoad.RunAsync(() => Here.SendWithKeyAsync(HttpMethod.Get, "jobs?limit=1"), RevokeThereAsync);
        EndUnderLoad.AssertDeadAtOnce(reads, HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_post_that_starts_after_its_project_was_deleted_on_the_other_host_is_accepted()
    {
        var posts = await EndUnderLoad.RunAsync(
            () => Here.PostJobAsync(cluster.Receiver.Url, DateTimeOffset.UtcNow.AddHours(1)),
            () => There.DataAsync(HttpMethod.Delete, $"projects/{There.ProjectId}"));
        EndUnderLoad.AssertDeadAtOnce(posts, HttpStatusCode.Created);
        Report("posts to a deleted project", posts, HttpStatusCode.Created);
    }

    [Fact]
    public async Task No_call_that_starts_after_signing_out_on_the_other_host_is_answered()
    {
        var reads = await EndUnderLoad.RunAsync(
            () => Here.SendAsync(HttpMethod.Get, "projects"), () => There.DataAsync(HttpMethod.Post, "auth/logout"));
        EndUnderLoad.AssertDeadAtOnce(reads, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Jobs_are_cancelled_read_and_signed_through_the_other_host()
    {
        var far = DateTimeOffset.UtcNow.AddSeconds(20);   // armed by the host that took it
        var cancelled = await Here.ScheduleAsync(cluster.Receiver.Url, far);
        Assert.Equal((HttpStatusCode.OK, "Job cancelled successfully"), await There.CancelAsync(cancelled));
        Assert.Equal("CANCELLED", (await Here.JobAsync(cancelled)).GetProperty("status").GetString());

        // A secret that the other host has made and encrypted signs what this one sends.
        var secret = (await There.DataAsync(HttpMethod.Post, $"projects/{There.ProjectId}/signing-secret/rotate"))
            .GetProperty("secret").GetString();
        Assert.Equal(
            secret,
            (await Here.DataAsync(HttpMethod.Get, $"projects/{Here.ProjectId}/signing-secret")).GetProperty("secret").GetString());
        var inbox = (await There.DataAsync(HttpMethod.Get, $"projects/{There.ProjectId}/inbox")).GetProperty("url").GetString()!;
        await There.JobWhenAsync(await Here.ScheduleSoonAsync(inbox, 500), "SUCCESS");
        var received = (await Here.DataAsync(HttpMethod.Get, $"projects/{Here.ProjectId}/inbox")).GetProperty("requests")[0];
        Assert.Equal("Valid", received.GetProperty("signature").GetString());
    }

    [Fact]
    public async Task Whoever_is_signed_in_on_one_host_is_signed_in_on_the_other()
    {
        // A bearer token of the one, and one that the other has given.
        Assert.Equal(HttpStatusCode.OK, (await There.SendAsync(HttpMethod.Get, "auth/me")).StatusCode);
        var token = (await There.DataAsync(HttpMethod.Post, "auth/login", new { email = Here.Email, password = Here.Password }))
            .GetProperty("token").GetString();
        var again = new ApiClient(new Uri(cluster.Hosts[0].Url)) { Token = token };
        Assert.Equal(200, (await again.GetAsync("auth/me")).Status);

        // The pages' cookie, and the form that the one has shown and the other receives.
        using var browser = new PageClient(new Uri(cluster.Hosts[0].Url));
        await browser.RegisterAsync();
        using var elsewhere = browser.At(new Uri(cluster.Hosts[1].Url));
        Assert.True(await elsewhere.IsSignedInAsync());
        var form = await browser.TokenAsync("/account");
        using (var signedOut = await elsewhere.PostAsync("/logout", new() { ["__RequestVerificationToken"] = form }))
            Assert.Equal("/", signedOut.Headers.Location?.ToString());
        Assert.False(await browser.IsSignedInAsync());
    }

    private async Task RevokeThereAsync() => await There.DataAsync(HttpMethod.Delete, $"projects/{There.ProjectId}/keys/{There.KeyId}");

    private static void Report(
        string what, IReadOnlyList<(bool After, HttpStatusCode Status)> calls, HttpStatusCode success) =>
        TestContext.Current.SendDiagnosticMessage(
            $"scenario 15, {what} through the other host: {calls.Count(c => !c.After)} before the end returned "
            + $"({calls.Count(c => c.Status == success)} answered {(int)success}), "
            + $"{calls.Count(c => c.After)} after it, all of those 401");
}
