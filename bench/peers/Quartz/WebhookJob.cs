using Quartz;

namespace Dispatch.Bench.Peers;

/// <summary>What one firing carries.</summary>
internal sealed record WebhookInput(Guid Id, string Title, string Url, string Payload);

/// <summary>Asks the container for nothing, so that Quartz builds it without a scope.</summary>
internal sealed class WebhookJob : IJob<WebhookInput>
{
    public async ValueTask Execute(IJobExecutionContext context, WebhookInput input, CancellationToken cancellationToken = default) =>
        await Webhook.PostAsync(input.Id, input.Title, input.Url, input.Payload);
}
