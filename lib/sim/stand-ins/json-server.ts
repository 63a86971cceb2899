// The loopback server under every stand-in: routes, recorded requests, and misbehaviour on demand.

import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StandInRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Undefined when the body is not JSON. */
  readonly json: unknown;
  readonly atMs: number;
}

export interface StandInAnswer {
  readonly status: number;
  /** An object is sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Null: not mine. */
export type Route = (request: StandInRequest) => StandInAnswer | null;

export interface StandInServer {
  readonly url: string;
  readonly requests: readonly StandInRequest[];
  /** Answers the next requests instead of the routes; `hang` never answers. */
  failNext(...answers: readonly (StandInAnswer | 'hang')[]): void;
  /** Answers every request from now on; null: well again. */
  failAlways(answer: StandInAnswer | 'hang' | null): void;
  close(): Promise<void>;
}

export interface StandInOptions {
  /** Default: any free one. */
  readonly port?: number;
}

export async function startStandIn(routes: readonly Route[], options: StandInOptions = {}): Promise<StandInServer> {
  const requests: StandInRequest[] = [];
  const once: (StandInAnswer | 'hang')[] = [];
  let always: StandInAnswer | 'hang' | null = null;
  const server = createServer((incoming, response) => {
    read(incoming).then(
      (request) => {
        requests.push(request);
        const answer = once.shift() ?? always ?? route(routes, request);
        if (answer === 'hang') return;
        const isText = typeof answer.body === 'string' || answer.body === undefined;
        const type = isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
        response.writeHead(answer.status, { 'content-type': type, ...answer.headers });
        response.end(isText ? (answer.body ?? '') : JSON.stringify(answer.body));
      },
      () => response.destroy(),
    );
  });
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    failNext: (...answers) => {
      once.push(...answers);
    },
    failAlways: (answer) => {
      always = answer;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function route(routes: readonly Route[], request: StandInRequest): StandInAnswer {
  for (const one of routes) {
    const answer = one(request);
    if (answer !== null) return answer;
  }
  return { status: 404, body: 'not found' };
}

async function read(incoming: IncomingMessage): Promise<StandInRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(incoming.url ?? '/', 'http://stand-in');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    text,
    json: parse(text),
    atMs: Date.now(),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
