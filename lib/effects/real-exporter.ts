// The exporter as an HTTP listener: GET /metrics, and nothing else.

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exporter, ExporterRequest, OpenedExporter } from './exporter.ts';

const PATH = '/metrics';
const TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** A scraper that sends its request slower than this is none. */
const REQUEST_MS = 5_000;
const MOST_CONNECTIONS = 32;

export function createExporter(): Exporter {
  return { open };
}

function open({ host, port, render }: ExporterRequest): Promise<OpenedExporter> {
  const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    if (path !== PATH) answer(response, 404, `not found; metrics are at ${PATH}\n`);
    else if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'only GET\n');
    else
      render().then(
        (text) => answer(response, 200, text),
        () => answer(response, 500, 'cannot be rendered\n'),
      );
  });
  server.maxConnections = MOST_CONNECTIONS;
  // A scraper that stays connected must not keep the process alive.
  server.unref();
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve({ ok: false, reason: describe(error) }));
    server.listen({ host, port }, () => resolve({ ok: true, url: urlOf(server), close: () => close(server) }));
  });
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': TYPE });
  response.end(text);
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${PATH}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function describe(error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE') return 'the port is taken';
  if (error.code === 'EACCES') return 'the port is not allowed';
  if (error.code === 'EADDRNOTAVAIL') return 'no interface has this address';
  if (error.code === 'ENOTFOUND') return 'there is no such host';
  return `it cannot listen (${error.code ?? 'unknown error'})`;
}
