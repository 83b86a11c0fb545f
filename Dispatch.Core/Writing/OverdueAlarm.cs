using Dispatch.Model;

namespace Dispatch.Writing;

/// <summary>The alarm of an overdue job, and the job's status.</summary>
internal sealed record OverdueAlarm(Alarm Alarm, JobStatus Status);
