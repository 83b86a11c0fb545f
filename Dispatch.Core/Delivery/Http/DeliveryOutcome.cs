using Dispatch.Delivery.Targets;

namespace Dispatch.Delivery.Http;

/// <summary>How an attempt ended. A failed attempt is an outcome, not an exception.</summary>
internal abstract record DeliveryOutcome
{
    /// <summary>True if the receiver answered 2xx and its body arrived.</summary>
    public virtual bool Succeeded => false;

    /// <summary>The receiver's HTTP status; null if none arrived.</summary>
    public virtual int? ResponseCode => null;

    /// <summary>The start of the answer's body (<see cref="ResponseBodyReader.MaxStoredBytes"/>); null if no status arrived.</summary>
    public virtual string? ResponseBody => null;

    /// <summary>Why the attempt failed, one sentence for a person; null if it succeeded.</summary>
    public abstract string? Error { get; }

    public sealed record Delivered(int Code, string Body) : DeliveryOutcome
    {
        public override bool Succeeded => true;

        public override int? ResponseCode => Code;

        public override string? ResponseBody => Body;

        public override string? Error => null;
    }

    public sealed record Rejected(int Code, string Body) : DeliveryOutcome
    {
        public override int? ResponseCode => Code;

        public override string? ResponseBody => Body;

        public override string? Error => Code is >= 300 and < 400
            ? $"The receiver answered {Code}; redirects are not followed."
            : $"The receiver answered {Code}.";
    }

    /// <summary>The target guard refused the address; nothing was sent.</summary>
    public sealed record NotAllowed : DeliveryOutcome
    {
        public override string? Error => TargetGuard.NotAllowed;
    }

    /// <summary>The lease was lost, so another host may have the job. Nothing was sent, and there is no attempt to record.</summary>
    public sealed record NotSent : DeliveryOutcome
    {
        public override string? Error => "Not sent: another host may have taken the job over.";
    }

    /// <summary>This host itself lacked something to connect. Nothing was sent, and there is no attempt to record.</summary>
    public sealed record HeldBack(HostShortage Shortage) : DeliveryOutcome
    {
        public override string? Error => "Not sent: this host lacks something.";
    }

    /// <summary>No complete answer within the time limit. Code and body hold the part that arrived.</summary>
    public sealed record TimedOut(TimeSpan Limit, int? Code, string? Body) : DeliveryOutcome
    {
        public override int? ResponseCode => Code;

        public override string? ResponseBody => Body;

        public override string? Error => Code is null
            ? $"No answer within {Limit.TotalSeconds:0.###} s."
            : $"The answer was not complete within {Limit.TotalSeconds:0.###} s.";
    }

    /// <summary>The name, the connection, TLS or the protocol failed. Code and body hold the part that arrived.</summary>
    public sealed record Broken(string Why, int? Code, string? Body) : DeliveryOutcome
    {
        public override int? ResponseCode => Code;

        public override string? ResponseBody => Body;

        public override string? Error => Why;
    }
}

/// <summary>The result of an attempt. Times are milliseconds since the Unix epoch, UTC.</summary>
/// <param name="DurationMs">From sending to the end of the answer, milliseconds, by the monotonic clock.</param>
/// <param name="EndedAtMs">When it ended, rounded up, because the retry's delay counts from here.</param>
internal sealed record AttemptReport(DeliveryOutcome Outcome, long FiredAtMs, long DurationMs, long EndedAtMs);
