using Dispatch.Model;

namespace Dispatch.Writing;

/// <param name="Alarm">The alarm for the new time; null unless the job was moved.</param>
internal readonly record struct MovedJob(MoveOutcome Outcome, Alarm? Alarm);
