using Dispatch.Reading;
using Dispatch.Web.Accounts;
using Dispatch.Web.Client.Contracts;
using Dispatch.Web.Inboxes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Dispatch.Web.Api;

/// <summary>A project's test endpoint, as its owner sees it. The endpoint itself is <see cref="InboxEndpoint"/>.</summary>
internal static class InboxApi
{
    private const int Status = 0;
    private const int DelayMs = 1;

    private static readonly FieldNames AnswerNames = new("status", "delayMs");

    public static void MapInbox(this IEndpointRouteBuilder api)
    {
        var inbox = api.MapGroup("/projects/{id}/inbox").WithTags("Inbox").Needs(Schemes.Bearer).Fails(404, "not_found");

        inbox.MapGet("", ReadAsync).WithName("readInbox").WithSummary("Read a project's inbox, newest request first")
            .WithDescription(
                "The address of the project's test endpoint, what it answers, and the last 100 requests it received. "
                + "Jobs to it are always delivered.")
            .Reads(ReadKind.Inbox);

        inbox.MapPut("/answer", SetAnswerAsync).WithName("setInboxAnswer").WithSummary("Choose what a project's inbox answers")
            .WithDescription("For every request from now on; those that wait for their answer keep the old one.")
            .Takes(typeof(InboxAnswer)).Fails(400, "status_required", "status_invalid", "delay_ms_required", "delay_ms_invalid");

        inbox.MapDelete("/requests", ClearAsync).WithName("clearInbox").WithSummary("Throw away what a project's inbox received");
    }

    private static async Task<Results<Ok<Envelope<Client.Contracts.Inbox>>, Failure>> ReadAsync(
        string id, HttpRequest request, Caller caller, InboxService inboxes, PublicAddress address, CancellationToken cancellation)
    {
        var (inbox, failure) = await inboxes.ReadAsync(caller.AccountId, RouteId.Parse(id), address.Of(request), cancellation);
        return inbox is null ? failure! : Responses.Ok("Inbox fetched successfully", inbox);
    }

    private static async Task<Results<Ok<Envelope<InboxAnswer>>, Failure>> SetAnswerAsync(
        string id, HttpRequest request, Caller caller, InboxService inboxes)
    {
        var (fields, failure) = await JsonBody.ReadSmallAsync(request, AnswerNames);
        if (fields is null) return failure!;
        var status = fields.RequiredWholeNumber(Status, InboxService.MinStatus, InboxService.MaxStatus);
        var delayMs = fields.RequiredWholeNumber(DelayMs, 0, InboxService.MaxDelayMs);
        if (fields.Failure is { } invalid) return invalid;

        var (answer, refused) = await inboxes.SetAnswerAsync(
            caller.AccountId, RouteId.Parse(id), new InboxAnswer { Status = status!.Value, DelayMs = delayMs!.Value });
        return answer is null ? refused! : Responses.Ok("Inbox answer changed successfully", answer);
    }

    private static async Task<Results<Ok<Envelope<NoData>>, Failure>> ClearAsync(string id, Caller caller, InboxService inboxes) =>
        await inboxes.ClearAsync(caller.AccountId, RouteId.Parse(id)) is { } failure
            ? failure
            : Responses.Done("Inbox cleared successfully");
}
