using CsCheck;
using Dispatch.Jobs;
using Dispatch.Relay;

namespace Dispatch.Tests.Relay;

/// <summary>What hosts tell each other arrives as it was said, and nothing else is believed.</summary>
public sealed class RelayMessageTests
{
    private static readonly Gen<FeedChange> Changes =
        from kind in Gen.Enum<FeedKind>()
        from projectId in Gen.Guid
        from jobId in Gen.Guid
        from status in Gen.Enum<JobStatus>()
        from at in Gen.Long
        select kind == FeedKind.Job ? new FeedChange(kind, projectId, jobId, status, at) : new FeedChange(kind, projectId, null, null, at);

    private static readonly Gen<RelayMessage> Messages =
        from hostId in Gen.Guid
        from news in Gen.Select(Gen.Guid, Changes.Array[0, JobFeed.Crowd]).Array[0, 5]
        select new RelayMessage(hostId, [.. news.Select(one => new AccountNews(one.Item1, one.Item2))]);

    [Fact]
    public void What_is_read_is_what_was_written() => Messages.Sample(message =>
    {
        var read = RelayMessage.Read(message.ToBytes());
        Assert.Equal(message.HostId, read.HostId);
        Assert.Equal(message.News!.Select(one => one.AccountId), read.News!.Select(one => one.AccountId));
        Assert.Equal(message.News!.SelectMany(one => one.Changes), read.News!.SelectMany(one => one.Changes));
    });

    [Fact]
    public void That_sessions_have_ended_needs_no_more_than_who_says_so()
    {
        var hostId = Guid.CreateVersion7();
        var bytes = new RelayMessage(hostId, News: null).ToBytes();
        Assert.Equal(17, bytes.Length);
        Assert.Equal(new RelayMessage(hostId, News: null), RelayMessage.Read(bytes));
    }

    [Fact]
    public void A_message_that_is_cut_off_is_refused() => Messages.Where(message => message.News!.Sum(one => one.Changes.Count) > 0).Sample(message =>
    {
        var bytes = message.ToBytes();
        Assert.ThrowsAny<IOException>(() => RelayMessage.Read(bytes[..^1]));
    });

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("................\u0001................\uffff\uffff\uffff\uffff")]
    public void What_no_host_says_is_refused(string text) => Assert.ThrowsAny<Exception>(() => RelayMessage.Read(System.Text.Encoding.UTF8.GetBytes(text)));
}
