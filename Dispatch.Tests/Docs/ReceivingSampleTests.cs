using System.Net;
using System.Text;
using Dispatch.Signing;
using Dispatch.Tests.Infrastructure;

namespace Dispatch.Tests.Docs;

/// <summary>The guide's receivers, as processes of their own, with deliveries of a real host and with forged ones.</summary>
public sealed class ReceivingSampleTests(SampleHost rig) : IClassFixture<SampleHost>
{
    private const string StandardDriver = """

        import { createServer } from "node:http";
        createServer(async (request, response) => {
          const chunks = [];
          for await (const chunk of request) chunks.push(chunk);
          response.writeHead(isGenuine(request.headers, Buffer.concat(chunks), process.env.DISPATCH_SIGNING_SECRET) ? 200 : 401).end();
        }).listen(process.env.PORT);
        """;

    // A connection of its own for each request: a receiver that closes them would race with the next one.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero });

    [Theory]
    [InlineData("Node")]
    [InlineData("C#")]
    [InlineData("Python")]
    public async Task The_receiver_takes_a_real_delivery_and_refuses_forged_ones(string tab)
    {
        var (secret, url, environment) = await SetUpAsync();
        await using var receiver = SampleRun.Start(tab, GuideSamples.Run("receiver", tab), environment);
        await WaitUntilUpAsync(receiver, url);

        var job = await rig.User.ScheduleSoonAsync(url, 1000, """{"n":1.50,"text":"é ✓"}""");
        await rig.User.JobWhenAsync(job, "SUCCESS");
        Assert.Contains($"handled {job}", receiver.Output, StringComparison.Ordinal);

        var id = Guid.CreateVersion7();
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var good = Sign([secret], id, now);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(url, Body(id), good));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(url, Body(id), good));   // a duplicate is fine, and nothing is done for it
        Assert.Single(receiver.Output.Split('\n'), line => line.Contains($"handled {id}", StringComparison.Ordinal));

        // As it is for a day after a rotation.
        Assert.Equal(HttpStatusCode.OK, await PostAsync(url, Body(id), Sign(["whsec_another", secret], id, now)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id) + " ", good));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id), Sign(["whsec_another"], id, now)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id), Sign([secret], id, now - 310)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id), Sign([secret], id, now + 310)));
        foreach (var header in (string?[])
        [
            null, "", "t=1", "v1=", $"t={now}", $"t={now},v1=zz", $"t={now},v1", "t=x,v1=00", $"t=,{good.DispatchSignature[13..]}", ",,=,="
        ])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id), good with { DispatchSignature = header! }));
        }
    }

    [Fact]
    public async Task The_request_made_by_hand_is_taken_by_the_receiver_in_Node()
    {
        SampleRun.Tool("openssl");
        var (_, url, environment) = await SetUpAsync();
        await using var receiver = SampleRun.Start("Node", GuideSamples.Run("receiver", "Node"), environment);
        await WaitUntilUpAsync(receiver, url);

        await using var sender = SampleRun.Start("curl", GuideSamples.Run("receiver", "curl"), environment);
        Assert.Contains("HTTP/1.1 200 OK", await sender.EndAsync(), StringComparison.Ordinal);
        Assert.Contains("By hand", receiver.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_after_Standard_Webhooks_takes_a_real_delivery_and_refuses_forged_ones()
    {
        var (secret, url, environment) = await SetUpAsync();
        await using var receiver = SampleRun.Start("Node", GuideSamples.Run("standard") + StandardDriver, environment);
        await WaitUntilUpAsync(receiver, url);

        await rig.User.JobWhenAsync(await rig.User.ScheduleSoonAsync(url, 1000), "SUCCESS");

        var id = Guid.CreateVersion7();
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var good = Sign([secret], id, now);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(url, Body(id), good));
        Assert.Equal(
            HttpStatusCode.OK,
            await PostAsync(url, Body(id), Sign([$"whsec_{Convert.ToBase64String(new byte[32])}", secret], id, now)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id) + " ", good));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id), good with { Id = Guid.NewGuid().ToString() }));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id), Sign([secret], id, now - 310)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id), Sign([secret], id, now + 310)));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id), good with { Timestamp = "" }));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, Body(id), good with { StandardSignature = "v1, ,v1 v2" }));
    }

    private static string Body(Guid id) =>
        $$$"""{"jobId":"{{{id}}}","title":"A test","payload":{"a":1},"firedAt":"2026-06-13T09:30:00.004Z"}""";

    private static WebhookSignature Sign(string[] secrets, Guid id, long seconds) =>
        WebhookSignature.Sign(secrets, id, seconds, Encoding.UTF8.GetBytes(Body(id)));

    private static async Task<HttpStatusCode> PostAsync(string url, string body, WebhookSignature signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json")
        };
        foreach (var (name, value) in new (string, string?)[]
        {
            ("x-dispatch-signature", signature.DispatchSignature), ("webhook-id", signature.Id),
            ("webhook-timestamp", signature.Timestamp), ("webhook-signature", signature.StandardSignature),
        })
        {
            if (value is not null) request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task WaitUntilUpAsync(SampleRun receiver, string url)
    {
        for (var until = DateTime.UtcNow.AddSeconds(30); ; await Task.Delay(50, TestContext.Current.CancellationToken))
        {
            try
            {
                Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(url, "{}", new WebhookSignature(null!, null!, null!, null!)));
                return;
            }
            catch (HttpRequestException) when (DateTime.UtcNow < until)
            {
            }
            catch (HttpRequestException)
            {
                Assert.Fail($"The receiver does not answer: {receiver.Output}");
            }
        }
    }

    private async Task<(string Secret, string Url, Dictionary<string, string> Environment)> SetUpAsync()
    {
        var secret = (await rig.User.DataAsync(HttpMethod.Get, $"projects/{rig.User.ProjectId}/signing-secret"))
            .GetProperty("secret").GetString()!;
        var port = Ports.Free();
        var url = $"http://localhost:{port}/hooks/dispatch";
        return (secret, url, new() { ["DISPATCH_SIGNING_SECRET"] = secret, ["RECEIVER_URL"] = url, ["PORT"] = port.ToString() });
    }
}
