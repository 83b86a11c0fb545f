// graphile-worker on PostgreSQL: jobs with runAt, which are found by polling (LISTEN/NOTIFY tells of jobs that are due at once only).
//  - localQueue of one more than concurrentJobs, and completion and failure recorded in batches, with a delay of 0:
//    "we'd advise all users to enable these settings, even if they are set to 0 for minimal delay":
//    https://worker.graphile.org/docs/performance
//  - concurrentJobs "whatever suits": jobs that wait for I/O; maxPoolSize two more; pollInterval, for which no least is named,
//    shorter than its default of 2 s, as the local queue polls once for all workers (an idle process takes about 5 % of a core for that):
//    https://worker.graphile.org/docs/config
//  - maxAttempts 1
// It numbers its jobs, so that the UUID travels in the payload.
import { Logger } from '@graphile/logger';
import { makeWorkerUtils, run } from 'graphile-worker';
import { deliverer, serve } from './service.mjs';

const CONCURRENCY = 100;

const preset = {
  worker: {
    connectionString: process.env.DATABASE_URL,
    concurrentJobs: CONCURRENCY,
    maxPoolSize: CONCURRENCY + 2,
    pollInterval: 10,
    localQueue: { size: CONCURRENCY + 1 },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
    logger: new Logger(() => () => {}), // it would write two lines per job
  },
};
const deliver = deliverer(CONCURRENCY);
const utils = await makeWorkerUtils({ preset });
await utils.migrate();
const runner = await run({ preset, taskList: { webhook: ({ id, job }) => deliver(id, job) }, noHandleSignals: true, crontab: '' });

serve({
  enqueue: (id, runAt, job) => utils.addJob('webhook', { id, job }, { runAt, maxAttempts: 1 }),
  enqueueMany: (jobs) => utils.addJobs(jobs.map(({ id, fireAt, job }) =>
    ({ identifier: 'webhook', payload: { id, job }, runAt: fireAt, maxAttempts: 1 }))),
  close: async () => {
    await runner.stop();
    await utils.release();
  },
});
