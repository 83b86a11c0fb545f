namespace Dispatch.Jobs;

internal sealed class JobStore;
