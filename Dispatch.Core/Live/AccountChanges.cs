using Dispatch.Writing;

namespace Dispatch.Live;

/// <summary>What a transaction changed for one account, durable by now.</summary>
/// <param name="AccountId">Whose pages hear of it; <see cref="Everyone"/> for all.</param>
internal sealed record AccountChanges(Guid AccountId, IReadOnlyList<FeedChange> Changes)
{
    public static readonly Guid Everyone = Guid.Empty;

    /// <summary>Something is to be read again that is not worth telling, or not known.</summary>
    public static AccountChanges Invalidate(Guid accountId, long now) => new(accountId, [new FeedChange(FeedKind.Invalidate, Guid.Empty, null, null, now)]);
}
