using Dispatch.Model;

namespace Dispatch.Tests.Api;

public sealed class StatusNamesTests
{
    [Fact]
    public void Every_status_has_a_name_that_leads_back_to_it()
    {
        Assert.All(Enum.GetValues<JobStatus>(), status => Assert.Equal(status, StatusNames.ToJobStatus(status.ToName())));
        Assert.All(Enum.GetValues<AttemptStatus>(), status => Assert.Equal(status, StatusNames.ToAttemptStatus(status.ToName())));
    }

    [Theory]
    [InlineData("scheduled")]
    [InlineData("Scheduled")]
    [InlineData(" SCHEDULED")]
    [InlineData("0")]
    [InlineData("")]
    public void Names_are_exact(string name) => Assert.Null(StatusNames.ToJobStatus(name));
}
