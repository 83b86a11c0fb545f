using Dispatch.Writing;

namespace Dispatch.Live;

/// <summary>One account's changes in a transaction that is committed.</summary>
/// <param name="AccountId">The account whose pages receive the changes; <see cref="Everyone"/> for all accounts.</param>
internal sealed record AccountChanges(Guid AccountId, IReadOnlyList<FeedChange> Changes)
{
    public static readonly Guid Everyone = Guid.Empty;

    /// <summary>Makes the account's pages read again, because the changes are unknown or too many to list.</summary>
    public static AccountChanges Invalidate(Guid accountId, long now) =>
        new(accountId, [new FeedChange(FeedKind.Invalidate, Guid.Empty, null, null, now)]);
}
