// BullMQ on Redis: delayed jobs.
//  - concurrency 300 in one worker, the upper end of what is advised for jobs that wait for I/O:
//    https://docs.bullmq.io/guide/parallelism-and-concurrency
//  - completed jobs are removed, failed ones kept up to a number: https://docs.bullmq.io/guide/queues/auto-removal-of-jobs
//  - a connection each for queue and worker; maxRetriesPerRequest null for the worker: https://docs.bullmq.io/guide/connections
//  - enableAutoPipelining, of the Redis client: https://github.com/redis/ioredis#autopipelining
//  - Redis with appendonly and without eviction, which it has from its orchestrator: https://docs.bullmq.io/guide/going-to-production
// One attempt is BullMQ's default. Its idle worker waits in BZPOPMIN until the next job is due, and Redis, which looks at timeouts
// `hz` times a second (10 by default), ends that wait up to 100 ms late: so late is a lone job.
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { deliverer, serve } from './service.mjs';

const CONCURRENCY = 300;
const connect = (options) => new Redis(process.env.REDIS_URL, { enableAutoPipelining: true, ...options });

const queue = new Queue('webhooks', {
  connection: connect(),
  defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: { count: 1_000 } },
});
const deliver = deliverer(CONCURRENCY);
const worker = new Worker('webhooks', (job) => deliver(job.id, job.data), {
  connection: connect({ maxRetriesPerRequest: null }),
  concurrency: CONCURRENCY,
});
worker.on('error', (error) => console.error(error));
await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);

const options = (jobId, fireAt) => {
  const timestamp = Date.now();
  return { jobId, timestamp, delay: Math.max(0, fireAt - timestamp) };
};
serve({
  enqueue: (jobId, fireAt, job) => queue.add('webhook', job, options(jobId, fireAt)),
  enqueueMany: (jobs) => queue.addBulk(jobs.map(({ id, fireAt, job }) => ({ name: 'webhook', data: job, opts: options(id, fireAt) }))),
  close: async () => {
    await worker.close();
    await queue.close();
  },
});
