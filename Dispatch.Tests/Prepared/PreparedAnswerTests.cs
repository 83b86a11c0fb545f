using System.Text;
using Dispatch.Web.Prepared;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Dispatch.Tests.Prepared;

public sealed class PreparedAnswerTests
{
    private int made;

    [Fact]
    public async Task Sixty_four_who_ask_at_once_have_it_made_once()
    {
        var go = new TaskCompletionSource();
        var answer = Answer(new PreparedPath("/x"), async http =>
        {
            await go.Task;
            await http.Response.WriteAsync($"made {Interlocked.Increment(ref made)}");
        });
        var all = Enumerable.Range(0, 64).Select(_ => answer.GetAsync()).ToArray();
        go.SetResult();
        await Task.WhenAll(all);
        Assert.Equal(1, made);
        Assert.Equal("made 1", TextOf(await answer.GetAsync()));
    }

    [Fact]
    public async Task What_could_not_be_made_is_tried_again()
    {
        var answer = Answer(new PreparedPath("/x"), http =>
        {
            http.Response.StatusCode = Interlocked.Increment(ref made) == 1 ? 500 : 200;
            return Task.CompletedTask;
        });
        Assert.Null(await answer.GetAsync());
        Assert.NotNull(await answer.GetAsync());
        await answer.GetAsync();
        Assert.Equal(2, made);
    }

    [Fact]
    public async Task What_grows_old_is_made_anew()
    {
        var clock = new SetClock();
        var answer = Answer(
            new PreparedPath("/x", KeepFor: TimeSpan.FromMinutes(1)), http => http.Response.WriteAsync($"made {++made}"), clock);
        Assert.Equal("made 1", TextOf(await answer.GetAsync()));
        clock.Now += TimeSpan.FromSeconds(59);
        Assert.Equal("made 1", TextOf(await answer.GetAsync()));
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal("made 2", TextOf(await answer.GetAsync()));
    }

    [Fact]
    public async Task The_address_is_escaped_as_the_text_wants_it()
    {
        foreach (var (type, expected) in ((string, string)[])[
            ("text/html", "to http://a&#x27;b/."), ("application/json; charset=utf-8", "to http://a\\u0027b/."),
            ("text/plain", "to http://a'b/.")])
        {
            var answer = Answer(new PreparedPath("/x"), http =>
            {
                http.Response.ContentType = type;
                return http.Response.WriteAsync($"to {http.Request.Scheme}://{http.Request.Host}/.");
            });
            Assert.Equal(expected, TextOf(await answer.GetAsync(), "http://a'b"));
        }
    }

    private static PreparedAnswer Answer(PreparedPath path, RequestDelegate make, TimeProvider? clock = null)
    {
        var scopes = new ServiceCollection().BuildServiceProvider().GetRequiredService<IServiceScopeFactory>();
        return new(path, new TemplateMaker(scopes, clock ?? TimeProvider.System, make), clock ?? TimeProvider.System);
    }

    private static string TextOf(PreparedAnswer.Made? made, string address = "http://a") =>
        string.Concat(made!.Template.For(address).Select(piece => Encoding.UTF8.GetString(piece.Span)));

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
