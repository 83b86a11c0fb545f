using Microsoft.AspNetCore.Identity;

namespace Dispatch.Model;

/// <summary>The account of a person. Times are milliseconds since the Unix epoch, UTC.</summary>
internal sealed class Account : IdentityUser<Guid>
{
    /// <summary>True for the first account of an installation; <c>Dispatch:Operators</c> names more.</summary>
    public bool IsOperator { get; set; }

    public long CreatedAt { get; set; }
}
