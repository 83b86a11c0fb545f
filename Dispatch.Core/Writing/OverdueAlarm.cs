using Dispatch.Model;

namespace Dispatch.Writing;

/// <summary>The alarm of a job that is past its time, and where the job stands.</summary>
internal sealed record OverdueAlarm(Alarm Alarm, JobStatus Status);
