// A loopback server that misbehaves on demand and remembers what it was sent: the same one for every sink and client.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { ANSWERS, type AnswerFault } from './fault-answers.ts';
import { startBlackHole } from './fault-black-hole.ts';

/** Faults of the whole address: no request ever arrives. */
export type AddressFault = 'refused' | 'black hole' | 'reset on connect' | 'tls garbage';
export type FaultKind = AddressFault | AnswerFault;

export const ADDRESS_FAULTS = ['refused', 'black hole', 'reset on connect', 'tls garbage'] as const;
export const FAULT_KINDS: readonly FaultKind[] = [...ADDRESS_FAULTS, ...(Object.keys(ANSWERS) as AnswerFault[])];

export interface PlainAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FaultServer {
  /** `http://127.0.0.1:port`, or https for `tls garbage` and with `tls`. */
  readonly url: string;
  readonly port: number;
  /** Complete requests, oldest first. */
  requests(): readonly SeenRequest[];
  /** What comes next; see `startFaultServer`. Not for address faults. */
  plan(steps: AnswerPlan): void;
  close(): Promise<void>;
}

export type AnswerStep = AnswerFault | PlainAnswer | ((request: SeenRequest) => AnswerFault | PlainAnswer);
export type AnswerPlan = AnswerStep | readonly [AnswerStep, ...AnswerStep[]];

export interface FaultServerOptions {
  /** PEM key and certificate: serve over TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** One step answers each request; the last step answers every further one. */
export async function startFaultServer(
  plan: AddressFault | AnswerPlan = 'ok',
  options: FaultServerOptions = {},
): Promise<FaultServer> {
  switch (plan) {
    case 'refused':
      return withoutRequests('http', await unusedPort(), async () => {});
    case 'black hole': {
      const hole = await startBlackHole();
      return withoutRequests('http', hole.port, hole.close);
    }
    case 'reset on connect':
      return startSocketServer('http', (socket) => socket.resetAndDestroy());
    case 'tls garbage':
      return startSocketServer('https', (socket) => socket.end('220 smtp.example ready\r\n'));
    default:
      return startAnsweringServer(plan, options);
  }
}

async function startAnsweringServer(plan: AnswerPlan, { tls }: FaultServerOptions): Promise<FaultServer> {
  const seen: SeenRequest[] = [];
  let steps = toSteps(plan);
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const record = await readRequest(request);
    seen.push(record);
    const step = (steps.length > 1 ? steps.shift() : steps[0]) ?? 'ok';
    const chosen = typeof step === 'function' ? step(record) : step;
    if (typeof chosen === 'string') ANSWERS[chosen](response);
    else answerPlainly(chosen, response);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => response.destroy());
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const port = await listen(server);
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests: () => seen,
    plan: (next) => {
      steps = toSteps(next);
    },
    close: () => closeServer(server),
  };
}

function toSteps(plan: AnswerPlan): AnswerStep[] {
  return Array.isArray(plan) ? [...(plan as AnswerStep[])] : [plan as AnswerStep];
}

function answerPlainly(answer: PlainAnswer, response: ServerResponse): void {
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(answer.body ?? '{}');
}

async function readRequest(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

async function startSocketServer(scheme: string, onSocket: (socket: Socket) => void): Promise<FaultServer> {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  const port = await listen(server);
  return withoutRequests(scheme, port, async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
}

function withoutRequests(scheme: string, port: number, close: () => Promise<void>): FaultServer {
  return { url: `${scheme}://127.0.0.1:${port}`, port, requests: () => [], plan: () => {}, close };
}

// Below the range the kernel hands out by itself, so that nobody takes it meanwhile.
const QUIET_PORTS = { from: 20_000, to: 30_000 };

async function unusedPort(): Promise<number> {
  const span = QUIET_PORTS.to - QUIET_PORTS.from;
  for (;;) {
    const server = createSocketServer();
    const port = QUIET_PORTS.from + Math.floor(Math.random() * span);
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

function listen(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
}): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
