using System.Text;
using Dispatch.Web.Client.Api;
using Dispatch.Web.Client.Contracts;

namespace Dispatch.Web.Client.Parts.Jobs;

/// <summary>The fields of <c>POST /jobs</c>, as the API names them.</summary>
internal static class JobField
{
    public const string Title = "title";
    public const string WebhookUrl = "webhookUrl";
    public const string FireAt = "fireAt";
    public const string Payload = "payload";

    public static readonly string[] All = [Title, WebhookUrl, FireAt, Payload];
}

/// <summary>What is filled in to schedule a job, and what the host said about it.</summary>
public sealed class ScheduleForm
{
    private readonly TimeProvider clock;
    private readonly Dictionary<string, string> errors = [];

    public ScheduleForm(TimeProvider clock, JobRequest? prefill)
    {
        this.clock = clock;
        (Title, WebhookUrl) = (prefill?.Title ?? "", prefill?.WebhookUrl ?? "");
        Payload = prefill?.Payload is { } payload ? Encoding.UTF8.GetString(payload.Utf8.Span) : "";
        if (prefill?.FireAt is { Length: > 0 } instant) FireAtInstant(instant);
        else FireIn(TimeSpan.FromMinutes(1));
    }

    public Guid? ProjectId { get; set; }

    public string Title { get; private set; }

    public string WebhookUrl { get; private set; }

    public string Payload { get; private set; }

    /// <summary>RFC 3339 UTC; null where none is chosen.</summary>
    public string? FireAt { get; private set; }

    /// <summary>
    /// Set if the instant is counted from the moment of scheduling, because filling in the rest may take longer than ten seconds.
    /// </summary>
    public TimeSpan? Delay { get; private set; }

    /// <summary>Why it was refused, where no field of the form is to blame.</summary>
    public string? Refusal { get; private set; }

    public void Write(string field, string text)
    {
        errors.Remove(field);
        switch (field)
        {
            case JobField.Title:
                Title = text;
                break;
            case JobField.WebhookUrl:
                WebhookUrl = text;
                break;
            case JobField.Payload:
                Payload = text;
                break;
        }
    }

    public void FireAtInstant(string? utc)
    {
        errors.Remove(JobField.FireAt);
        (FireAt, Delay) = (utc, null);
    }

    public void FireIn(TimeSpan delay)
    {
        errors.Remove(JobField.FireAt);
        var at = clock.GetUtcNow() + delay;
        var second = new DateTimeOffset(at.Ticks - at.Ticks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
        // Whole seconds read better, and are never too few.
        (FireAt, Delay) = (Instant.Format(at == second ? at : second.AddSeconds(1)), delay);
    }

    public string? ErrorOf(string field) => errors.GetValueOrDefault(field);

    /// <summary>
    /// Whether it can be sent, counting the delay from now. Each error stands at its field; the API checks the rest.
    /// </summary>
    public bool IsReady()
    {
        Refusal = null;
        errors.Clear();
        if (Delay is { } delay) FireIn(delay);
        if (string.IsNullOrWhiteSpace(Title)) errors[JobField.Title] = "Give the job a title.";
        if (string.IsNullOrWhiteSpace(WebhookUrl)) errors[JobField.WebhookUrl] = "Say where the request goes.";
        if (FireAt is null) errors[JobField.FireAt] = "Choose a date and a time.";
        return errors.Count == 0 && PayloadCheck.Check(Payload) is null && ProjectId is not null;
    }

    /// <summary>The request's body; an instant that is not chosen is left empty.</summary>
    public string Body() => JobRequestText.Of(new JobRequest
    {
        Title = Title,
        WebhookUrl = WebhookUrl.Trim(),
        FireAt = FireAt ?? "",
        Payload = JobRequestText.Payload(Payload),
    });

    public void Refuse(ApiFailure failure)
    {
        foreach (var error in failure.Errors)
        {
            if (error.Field is { } field && JobField.All.Contains(field)) errors[field] = error.Message ?? failure.Message;
        }

        if (errors.Count == 0) Refusal = failure.Message;
    }
}
