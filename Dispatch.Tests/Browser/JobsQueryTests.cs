using Dispatch.Web.Client.Api;

namespace Dispatch.Tests.Browser;

public sealed class JobsQueryTests
{
    private const string Page = "http://localhost:5080/jobs";

    public static TheoryData<JobsQuery> Queries =>
    [
        new JobsQuery(),
        new JobsQuery { Status = "FAILED", Page = 3, Limit = 100 },
        new JobsQuery { ProjectId = Guid.Parse("01990000-0000-7000-8000-000000000001"), Search = "50% & more = \"ü\" + #1? 🚀" },
        new JobsQuery { From = "2026-06-13T09:30:00.000Z", To = "2026-06-13T09:30:00.001Z" },
    ];

    [Theory, MemberData(nameof(Queries))]
    public void An_address_says_what_the_query_says(JobsQuery query)
    {
        var address = JobsQuery.FromUri(Page + query.ToQueryString());

        Assert.Equal(query, address.Query);
        Assert.Empty(address.LeftOut);
        Assert.False(address.Schedule);
    }

    [Theory]
    [InlineData("status=failed")]
    [InlineData("status=GONE")]
    [InlineData("projectId=7")]
    [InlineData("projectId={01990000-0000-7000-8000-000000000001}")]
    [InlineData("from=yesterday")]
    [InlineData("from=2026-06-13T09:30:00-02:00")]
    [InlineData("to=2026-13-01T00:00:00Z")]
    [InlineData("page=0")]
    [InlineData("page=-1")]
    [InlineData("page=2,5")]
    [InlineData("page=99999999999")]
    [InlineData("limit=7")]
    [InlineData("limit=1000")]
    public void What_makes_no_sense_is_left_out_and_named(string part)
    {
        var address = JobsQuery.FromUri($"{Page}?{part}&status=DEAD&search=invoice".Replace(
            "status=DEAD&",
            part.StartsWith("status", StringComparison.Ordinal) ? "" : "status=DEAD&",
            StringComparison.Ordinal));

        Assert.Equal([part], address.LeftOut);
        Assert.Equal("invoice", address.Query.Search);
        Assert.Equal(address.Query, new JobsQuery
        {
            Search = "invoice",
            Status = part.StartsWith("status", StringComparison.Ordinal) ? null : "DEAD",
        });
    }

    [Fact]
    public void A_part_that_is_there_twice_is_left_out() =>
        Assert.Equal(["status=DEAD,DEAD"], JobsQuery.FromUri($"{Page}?status=DEAD&status=DEAD").LeftOut);

    [Fact]
    public void A_range_that_ends_before_it_begins_has_no_end()
    {
        var address = JobsQuery.FromUri($"{Page}?from=2026-06-13T09:30:00Z&to=2026-06-13T09:30:00.000Z");

        Assert.Equal(new JobsQuery { From = "2026-06-13T09:30:00.000Z" }, address.Query);
        Assert.Equal(["to=2026-06-13T09:30:00.000Z"], address.LeftOut);
    }

    [Fact]
    public void A_search_that_is_too_long_or_holds_NUL_is_left_out()
    {
        Assert.Null(JobsQuery.FromUri($"{Page}?search={new string('x', JobsQuery.MaxSearch + 1)}").Query.Search);
        Assert.Null(JobsQuery.FromUri($"{Page}?search=a%00b").Query.Search);
    }

    [Fact]
    public void Parts_of_others_and_broken_escapes_do_no_harm()
    {
        var address = JobsQuery.FromUri($"{Page}?utm_source=mail&search=%zz&&=&page=");

        Assert.Equal(new JobsQuery { Search = "%zz" }, address.Query);
        Assert.Empty(address.LeftOut);
    }

    [Fact]
    public void An_address_can_ask_for_the_dialog() => Assert.True(JobsQuery.FromUri($"{Page}?schedule=1").Schedule);
}
