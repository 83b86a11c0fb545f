using CsCheck;
using Dispatch.Live;
using Dispatch.Model;
using Dispatch.Writing;

namespace Dispatch.Tests.Live;

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

    private static readonly Gen<ChangesMessage> Messages =
        from hostId in Gen.Guid
        from news in Gen.Select(Gen.Guid, Changes.Array[0, JobFeed.MaxChanges]).Array[0, 5]
        select new ChangesMessage(hostId, [.. news.Select(one => new AccountChanges(one.Item1, one.Item2))]);

    [Fact]
    public void What_is_read_is_what_was_written() => Messages.Sample(message =>
    {
        var read = Assert.IsType<ChangesMessage>(RelayMessage.Read(message.ToBytes()));
        Assert.Equal(message.HostId, read.HostId);
        Assert.Equal(message.ByAccount.Select(one => one.AccountId), read.ByAccount.Select(one => one.AccountId));
        Assert.Equal(message.ByAccount.SelectMany(one => one.Changes), read.ByAccount.SelectMany(one => one.Changes));
    });

    [Fact]
    public void So_is_what_a_host_watches_and_that_sessions_have_ended()
    {
        var (hostId, accountId) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var watching = Assert.IsType<WatchingMessage>(RelayMessage.Read(new WatchingMessage(hostId, [accountId]).ToBytes()));
        Assert.Equal((hostId, accountId), (watching.HostId, Assert.Single(watching.Accounts)));
        Assert.Equal(new SessionsEndedMessage(hostId), RelayMessage.Read(new SessionsEndedMessage(hostId).ToBytes()));
    }

    [Fact]
    public void A_message_that_is_cut_off_is_refused() =>
        Messages.Where(message => message.ByAccount.Sum(one => one.Changes.Count) > 0).Sample(message =>
        {
            var bytes = message.ToBytes();
            Assert.Throws<EndOfStreamException>(() => RelayMessage.Read(bytes[..^1]));
        });

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("................\u0003")]
    [InlineData("................\0\0\0\0\u007f................")]
    public void What_no_host_says_is_refused(string text) =>
        Assert.ThrowsAny<SystemException>(() => RelayMessage.Read(System.Text.Encoding.UTF8.GetBytes(text)));
}
