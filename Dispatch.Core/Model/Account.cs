using Microsoft.AspNetCore.Identity;

namespace Dispatch.Model;

/// <summary>A person who signs in with e-mail and password.</summary>
internal sealed class Account : IdentityUser<Guid>
{
    /// <summary>True for the first account of an installation; <c>Dispatch:Operators</c> names more.</summary>
    public bool IsOperator { get; set; }

    /// <summary>Milliseconds since the Unix epoch, UTC.</summary>
    public long CreatedAt { get; set; }
}
