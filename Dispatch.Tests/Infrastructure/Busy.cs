namespace Dispatch.Tests.Infrastructure;

/// <summary>For tests that share the machine with others. What must be quick is proven by those that run alone (<see cref="AloneOnTheMachine"/>).</summary>
public static class Busy
{
    /// <summary>How much longer than it should something may take: on CI's machine a test has missed a state that lasted two seconds.</summary>
    public const int SlackMs = 5_000;
}
