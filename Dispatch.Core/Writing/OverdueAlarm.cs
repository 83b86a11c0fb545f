using Dispatch.Model;

namespace Dispatch.Writing;

internal sealed record OverdueAlarm(Alarm Alarm, JobStatus Status);
