using Dispatch.Web.Accounts;

namespace Dispatch.Tests.Accounts;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("a@b.co")]
    [InlineData("ada.lovelace+dispatch@mail.example.com")]
    [InlineData("o'hara_1!#$%&*/=?^`{|}~-@xn--kse-qla.example")]
    public void An_address_is_accepted(string text) => Assert.True(EmailAddress.IsValid(text));

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("ada")]
    [InlineData("@example.com")]
    [InlineData("ada@")]
    [InlineData("ada@example")]
    [InlineData("ada@@example.com")]
    [InlineData("ada@b@example.com")]
    [InlineData(".ada@example.com")]
    [InlineData("ada.@example.com")]
    [InlineData("a..b@example.com")]
    [InlineData("ada@.example.com")]
    [InlineData("ada@example..com")]
    [InlineData("ada@example.com.")]
    [InlineData("ada@-example.com")]
    [InlineData("ada@example-.com")]
    [InlineData("ada@exa_mple.com")]
    [InlineData(" ada@example.com")]
    [InlineData("ada@example.com\n")]
    [InlineData("Ada <ada@example.com>")]
    [InlineData("ada\0@example.com")]
    public void Anything_else_is_not(string text) => Assert.False(EmailAddress.IsValid(text));

    [Fact]
    public void An_address_has_at_most_254_characters()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 61), 4))[..189];
        Assert.True(EmailAddress.IsValid($"{new string('a', 64)}@{domain}"));
        Assert.False(EmailAddress.IsValid($"{new string('a', 64)}@{domain}d"));
    }
}
