using Dispatch.Delivery.Targets;

namespace Dispatch.Delivery.Http;

/// <summary>How an attempt ended. A failed attempt is an outcome like any other, not an exception.</summary>
internal abstract record DeliveryOutcome
{
    /// <summary>True when the receiver answered 2xx, body included.</summary>
    public virtual bool Succeeded => false;

    /// <summary>The receiver's HTTP status; null when none arrived.</summary>
    public virtual int? ResponseCode => null;

    /// <summary>What is kept of the answer's body; null when no status arrived.</summary>
    public virtual string? ResponseBody => null;

    /// <summary>Why the attempt failed, for a person; null when it did not.</summary>
    public abstract string? Error { get; }

    /// <summary>The receiver answered 2xx.</summary>
    public sealed record Delivered(int Code, string Body) : DeliveryOutcome
    {
        public override bool Succeeded => true;

        public override int? ResponseCode => Code;

        public override string? ResponseBody => Body;

        public override string? Error => null;
    }

    /// <summary>The receiver answered, but not 2xx.</summary>
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

    /// <summary>The job may be another host's by now; nothing was sent, and there is no attempt to record.</summary>
    public sealed record NotSent : DeliveryOutcome
    {
        public override string? Error => "Not sent: another host may have taken the job over.";
    }

    /// <summary>No complete answer within the time limit. Code and body are what had arrived by then.</summary>
    public sealed record TimedOut(TimeSpan Limit, int? Code, string? Body) : DeliveryOutcome
    {
        public override int? ResponseCode => Code;

        public override string? ResponseBody => Body;

        public override string? Error => Code is null
            ? $"No answer within {Limit.TotalSeconds:0.###} s."
            : $"The answer was not complete within {Limit.TotalSeconds:0.###} s.";
    }

    /// <summary>The name, the connection, TLS or the protocol failed. Code and body are what had arrived by then.</summary>
    /// <param name="Why">One sentence for a person.</param>
    public sealed record Broken(string Why, int? Code, string? Body) : DeliveryOutcome
    {
        public override int? ResponseCode => Code;

        public override string? ResponseBody => Body;

        public override string? Error => Why;
    }
}

/// <summary>An attempt that has ended. Instants are milliseconds since the Unix epoch, UTC.</summary>
/// <param name="FiredAtMs">When it was sent.</param>
/// <param name="DurationMs">From sending to the end of the answer, in milliseconds, on a clock that never jumps.</param>
/// <param name="EndedAtMs">When it ended, rounded up: the retry's delay counts from here.</param>
internal sealed record AttemptReport(DeliveryOutcome Outcome, long FiredAtMs, long DurationMs, long EndedAtMs);
