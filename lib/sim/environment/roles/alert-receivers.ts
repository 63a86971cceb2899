// Program: stand-ins for Slack, PagerDuty, Telegram and webhooks, and a scrape target that can fail. `--port N`

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface Seen {
  readonly id: number;
  /** When the whole request had arrived. */
  readonly at_ms: number;
  readonly path: string;
  readonly status: number | null;
  readonly body: string;
}

interface Plan {
  readonly path: string;
  /** A status to answer with, or null to never answer. */
  readonly status: number | null;
}

// The newest: a rehearsal may stay up for days, and is told of the Watchdog every second.
const MOST_SEEN = 2_000;
const LONGEST_BODY = 1_048_576;

const ANSWERS: readonly (readonly [prefix: string, status: number, body: string])[] = [
  ['/pagerduty/', 202, '{"status":"success","message":"Event processed","dedup_key":"k"}'],
  ['/telegram/', 200, '{"ok":true,"result":{"message_id":1,"date":0,"chat":{"id":-1,"type":"group"}}}'],
  ['/', 200, 'ok'],
];

const seen: Seen[] = [];
const plans: Plan[] = [];
const scrape = { up: true };

function receive(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString('utf8');
    if (body.length > LONGEST_BODY) request.destroy();
  });
  request.on('end', () => answer(request.method ?? '', request.url ?? '/', body, response));
}

function answer(method: string, url: string, body: string, response: ServerResponse): void {
  const [path = '', query = ''] = url.split('?', 2);
  if (path === '/metrics') reply(response, scrape.up ? 200 : 503, scrape.up ? 'synthetic_target 1\n' : 'down');
  else if (path === '/seen') reply(response, 200, JSON.stringify({ seen: seenAfter(query) }));
  else if (method === 'POST' && path === '/admin/plan') {
    administer(response, () => plans.unshift(JSON.parse(body) as Plan));
  } else if (method === 'POST' && path === '/admin/scrape') {
    administer(response, () => Object.assign(scrape, { up: (JSON.parse(body) as { up: boolean }).up }));
  } else notice(path, body, response);
}

function notice(path: string, body: string, response: ServerResponse): void {
  const usual = ANSWERS.find(([prefix]) => path.startsWith(prefix))!;
  const plan = plans.find((one) => path.startsWith(one.path));
  const status = plan === undefined ? usual[1] : plan.status;
  const id = (seen.at(-1)?.id ?? 0) + 1;
  seen.push({ id, at_ms: Date.now(), path, status, body });
  if (seen.length > MOST_SEEN) seen.shift();
  if (status !== null) reply(response, status, plan === undefined ? usual[2] : 'planned');
}

function seenAfter(query: string): Seen[] {
  const after = Number(new URLSearchParams(query).get('after') ?? 0);
  return seen.filter(({ id }) => !(id <= after));
}

function administer(response: ServerResponse, change: () => void): void {
  try {
    change();
    reply(response, 200, '{}');
  } catch {
    reply(response, 400, '{"error":"not understood"}');
  }
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': body.startsWith('{') ? 'application/json' : 'text/plain; version=0.0.4',
  });
  response.end(body);
}

const at = process.argv.indexOf('--port');
createServer(receive).listen(Number(process.argv[at + 1] ?? 0), '127.0.0.1');
