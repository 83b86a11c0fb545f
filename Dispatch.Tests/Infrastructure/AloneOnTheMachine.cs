namespace Dispatch.Tests.Infrastructure;

/// <summary>
/// Tests of what Dispatch promises to do within a time, or under load: they run one after the other when all others are through.
/// </summary>
[CollectionDefinition(nameof(AloneOnTheMachine), DisableParallelization = true)]
public sealed class AloneOnTheMachine;
