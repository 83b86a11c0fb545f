using System.Runtime.ExceptionServices;
using Dispatch.Model;
using Dispatch.Signing;

namespace Dispatch.Delivery;

/// <summary>How a claimed job's payload is there when its time comes.</summary>
internal abstract record Payload : IDisposable
{
    /// <summary>The attempt's request.</summary>
    public abstract WebhookRequest ToRequest(Job job, IReadOnlyList<string> secrets, long firedAtMs);

    public virtual void Dispose()
    {
    }

    /// <summary>Small: it came with the claim.</summary>
    internal sealed record InRow : Payload
    {
        public static readonly InRow Instance = new();

        public override WebhookRequest ToRequest(Job job, IReadOnlyList<string> secrets, long firedAtMs) =>
            WebhookRequest.For(job, secrets, firedAtMs);
    }

    /// <summary>Big: it was read when its bytes had room.</summary>
    internal sealed record InBody(PooledBody Body) : Payload
    {
        public override WebhookRequest ToRequest(Job job, IReadOnlyList<string> secrets, long firedAtMs) =>
            WebhookRequest.For(job, Body, secrets, firedAtMs);

        public override void Dispose()
        {
            Body.Dispose();
            base.Dispose();
        }
    }

    /// <summary>The job is not this host's any more, so it is not sent.</summary>
    internal sealed record Gone : Payload
    {
        public static readonly Gone Instance = new();

        public override WebhookRequest ToRequest(Job job, IReadOnlyList<string> secrets, long firedAtMs) =>
            throw new InvalidOperationException("A job that is gone is not sent.");
    }

    /// <summary>It cannot be read, for a reason that will not pass. The attempt fails.</summary>
    internal sealed record Unreadable(Exception Why) : Payload
    {
        public override WebhookRequest ToRequest(Job job, IReadOnlyList<string> secrets, long firedAtMs)
        {
            ExceptionDispatchInfo.Throw(Why);
            throw Why;
        }
    }
}
