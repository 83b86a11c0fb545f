// pg-boss on PostgreSQL: jobs with startAfter, which are found by polling (LISTEN/NOTIFY tells of jobs that are due at once only).
//  - pollingIntervalSeconds 0.5, the least that is allowed; batches, and burstWhenBatchFull so that a backlog is fetched without pauses;
//    perJobResults, so that one failure does not fail its batch; localConcurrency, so that one slow batch does not stop the rest:
//    https://pgboss.io/api/workers
//  - max, the connections, as many as requests are posted at once: https://pgboss.io/api/constructor
//  - a table of its own for the queue (partition), as advised for large ones; retryLimit 0: https://pgboss.io/api/queues
import { PgBoss } from 'pg-boss';
import { deliverer, serve } from './service.mjs';

const QUEUE = 'webhooks';
const BATCH = 100;
const WORKERS = 4;

const boss = new PgBoss({ connectionString: process.env.DATABASE_URL, max: 64 });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue(QUEUE, { retryLimit: 0, partition: true });

const deliver = deliverer(BATCH * WORKERS);
const run = async ({ id, data }) => {
  try {
    await deliver(id, data);
    return { id, status: 'completed' };
  } catch (error) {
    return { id, status: 'failed', output: { message: String(error) } };
  }
};
await boss.work(
  QUEUE,
  { pollingIntervalSeconds: 0.5, batchSize: BATCH, localConcurrency: WORKERS, burstWhenBatchFull: true, perJobResults: true },
  (jobs) => Promise.all(jobs.map(run)),
);

serve({
  enqueue: (id, fireAt, job) => boss.send(QUEUE, job, { id, startAfter: fireAt }),
  enqueueMany: (jobs) => boss.insert(QUEUE, jobs.map(({ id, fireAt, job }) => ({ id, data: job, startAfter: fireAt }))),
  close: () => boss.stop({ graceful: true, timeout: 5_000 }),
});
