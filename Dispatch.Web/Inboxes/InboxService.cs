using System.Text;
using System.Text.Json;
using Dispatch.Delivery.Targets;
using Dispatch.Inboxes;
using Dispatch.Model;
using Dispatch.Time;
using Dispatch.Web.Api;
using Dispatch.Web.Client.Contracts;
using InboxDto = Dispatch.Web.Client.Contracts.Inbox;

namespace Dispatch.Web.Inboxes;

/// <summary>What the owner of a project may do with its inbox: the door for the API and for the dashboard in the same process.</summary>
internal sealed class InboxService(InboxStore inboxes, PublicAddress address)
{
    public const int MinStatus = 200;
    public const int MaxStatus = 599;
    public const int MaxDelayMs = 60_000;

    /// <summary>The inbox and the last 100 requests, newest first.</summary>
    /// <param name="reachedAt">The address by which the caller reached this host, for where <c>Dispatch:PublicUrl</c> is not set.</param>
    public async Task<Parsed<InboxDto>> ReadAsync(Guid accountId, Guid projectId, string reachedAt, CancellationToken cancellation)
    {
        if (await inboxes.ListAsync(accountId, projectId, cancellation) is not { } inbox) return Failure.NotFound("Project");
        return new InboxDto
        {
            Url = address.Or(reachedAt) + OwnInbox.Path + inbox.Token,
            Answer = new InboxAnswer { Status = inbox.Status, DelayMs = inbox.DelayMs },
            Requests = [.. inbox.Requests.Select(ToDto)],
        };
    }

    /// <summary>Sets what the inbox answers from now on.</summary>
    public async Task<Parsed<InboxAnswer>> SetAnswerAsync(Guid accountId, Guid projectId, InboxAnswer answer)
    {
        if (WhyInvalid(answer) is { } failure) return failure;
        return await inboxes.SetAnswerAsync(accountId, projectId, answer.Status, answer.DelayMs) ? answer : Failure.NotFound("Project");
    }

    /// <summary>Throws away what was received.</summary>
    public async Task<Failure?> ClearAsync(Guid accountId, Guid projectId) =>
        await inboxes.ClearAsync(accountId, projectId) ? null : Failure.NotFound("Project");

    private static Failure? WhyInvalid(InboxAnswer answer)
    {
        var errors = new List<ApiError>();
        if (answer.Status is < MinStatus or > MaxStatus)
            errors.Add(new("status_invalid", "status", $"status {JsonFields.WholeNumberRule(MinStatus, MaxStatus)}"));
        if (answer.DelayMs is < 0 or > MaxDelayMs)
            errors.Add(new("delay_ms_invalid", "delayMs", $"delayMs {JsonFields.WholeNumberRule(0, MaxDelayMs)}"));
        return errors.Count == 0 ? null : Failure.Fields(errors);
    }

    private static InboxRequest ToDto(ReceivedRequest request) => new()
    {
        Id = request.Id,
        ReceivedAt = Clock.ToRfc3339(request.ReceivedAt),
        Method = request.Method,
        Headers = JsonSerializer.Deserialize(request.Headers, DispatchJson.Plain.HeaderLineArray)!,
        Body = Text(request),
        BodyIsCut = request.BodyIsCut,
        Signature = request.Signature switch
        {
            SignatureVerdict.Valid => SignatureCheck.Valid,
            SignatureVerdict.Invalid => SignatureCheck.Invalid,
            SignatureVerdict.Missing => SignatureCheck.Missing,
        },
        JobId = request.JobId,
        AnsweredStatus = request.AnsweredStatus,
    };

    // UTF-8 with replacement characters. Without a flush, a character that the cut went through is left out.
    private static string Text(ReceivedRequest request)
    {
        var decoder = Encoding.UTF8.GetDecoder();
        var characters = new char[Encoding.UTF8.GetMaxCharCount(request.Body.Length)];
        return new string(characters, 0, decoder.GetChars(request.Body, characters, flush: !request.BodyIsCut));
    }
}
