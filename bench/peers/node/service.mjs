// What all Node peers share: POST /jobs, POST /jobs/batch (an array, to fill a store fast) and GET /ready in front of the peer's
// own queue, and the delivery by HTTP behind it.
// Plain node:http, for a framework would be measured with the peer; undici with one connection per concurrent job, as its documentation
// advises for throughput (https://undici.nodejs.org/#/docs/api/Agent: connections, pipelining 1).
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { Agent, request } from 'undici';

const TIMEOUT_MS = 15_000;

/**
 * Listens on 127.0.0.1:PORT until SIGTERM.
 * @param enqueue async (id, fireAt: Date, job: {title, webhookUrl, payload}); resolves once the peer's store has acknowledged the job
 * @param enqueueMany async ([{id, fireAt, job}]); the same in the peer's call for many jobs
 * @param close async (); ends the peer's workers and connections
 */
export function serve({ enqueue, enqueueMany, close }) {
  const takers = {
    '/jobs': async (body) => {
      const { id, fireAt, job } = parse(body);
      await enqueue(id, fireAt, job);
      return { id };
    },
    '/jobs/batch': async (bodies) => {
      const jobs = bodies.map(parse);
      await enqueueMany(jobs);
      return jobs.map(({ id }) => ({ id }));
    },
  };
  // Longer than the load generator keeps a connection that it does not use.
  const server = http.createServer({ keepAliveTimeout: 300_000 }, (req, res) => {
    const take = takers[req.url];
    if (!take) return answer(res, req.url === '/ready' ? 200 : 404, { node: process.version });
    let text = '';
    req.setEncoding('utf8').on('data', (chunk) => (text += chunk)).on('end', () => accept(text, res, take));
  });
  server.listen(Number(process.env.PORT), '127.0.0.1');

  process.once('SIGTERM', async () => {
    server.close();
    server.closeAllConnections();
    await close();
    process.exit(0);
  });
}

const parse = ({ title, webhookUrl, fireAt, payload }) =>
  ({ id: randomUUID(), fireAt: new Date(fireAt), job: { title, webhookUrl, payload } });

async function accept(text, res, take) {
  try {
    answer(res, 201, await take(JSON.parse(text)));
  } catch (error) {
    answer(res, 500, { error: String(error) });
  }
}

function answer(res, status, body) {
  const text = JSON.stringify(body);
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
}

/** Returns deliver(id, job): resolves on a 2xx answer, throws on any other and after 15 s. */
export function deliverer(concurrency) {
  const dispatcher = new Agent({
    connections: concurrency, pipelining: 1, connect: { timeout: TIMEOUT_MS }, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS,
  });
  const headers = { 'content-type': 'application/json' };

  return async (jobId, { title, webhookUrl, payload }) => {
    const body = JSON.stringify({ jobId, title, payload, firedAt: new Date().toISOString() });
    const response = await request(webhookUrl, { method: 'POST', headers, body, dispatcher });
    await response.body.dump();
    if (response.statusCode < 200 || response.statusCode > 299) throw new Error(`${webhookUrl} answered ${response.statusCode}`);
  };
}
