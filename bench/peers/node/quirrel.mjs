// Quirrel's server on Redis, as it is: its own HTTP API takes the jobs (POST /queues/<endpoint>, see peers.json) and its own worker
// delivers them.
// Nothing stands in front of it, so that nothing but Quirrel is measured. This file only starts it as its image does (src/api/main.ts), but
//  - without telemetry and a log line per job, and on 127.0.0.1;
//  - with a limit of requests that is not reached: by default it takes 10,000 a minute from one client.
// There is nothing to tune: 100 jobs at once and a connection per delivery are fixed in 1.14.1, the last version.
// Redis is persistent, as https://docs.quirrel.dev/deployment/docker advises.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { runQuirrel } = require('quirrel/dist/cjs/src/api/index.js');
const { createRedisFactory } = require('quirrel/dist/cjs/src/api/shared/create-redis.js');

const quirrel = await runQuirrel({
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  redisFactory: createRedisFactory(process.env.REDIS_URL),
  rateLimiter: { max: Number.MAX_SAFE_INTEGER },
  disableTelemetry: true,
  logger: 'none',
});

process.once('SIGTERM', async () => {
  await quirrel.close();
  process.exit(0);
});
