using Dispatch.Web.Api;

namespace Dispatch.Tests.Api;

public sealed class RouteIdTests
{
    private const string Id = "1a209a23-305b-7d82-a5ee-22126d63aba7";

    [Fact]
    public void A_uuid_is_itself_in_both_cases()
    {
        Assert.Equal(new Guid(Id), RouteId.Parse(Id));
        Assert.Equal(new Guid(Id), RouteId.Parse(Id.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData(" " + Id)]
    [InlineData(Id + "\t")]
    [InlineData("{" + Id + "}")]
    [InlineData("+a209a23-305b-7d82-a5ee-22126d63aba7")]
    [InlineData("0xa209a2-305b-7d82-a5ee-22126d63aba7")]
    public void Anything_else_is_an_id_that_no_row_has(string text) => Assert.Equal(Guid.Empty, RouteId.Parse(text));
}
