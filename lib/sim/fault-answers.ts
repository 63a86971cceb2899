// How a request that arrived can go wrong: one entry for each way a remote misbehaves.

import type { ServerResponse } from 'node:http';

type Misbehave = (response: ServerResponse) => void;

const DRIP_EVERY_MS = 20;
const FLOOD_CHUNK = Buffer.alloc(65_536, 'x');

export const ANSWERS = {
  ok: (response) => answer(response, 200, '{"ok":true}', { 'content-type': 'application/json' }),
  accepted: (response) => answer(response, 202, ''),
  'never answers': () => {},
  'drips its headers': (response) =>
    drip(
      response,
      () => 'HTTP/1.1 200 OK\r\n',
      (count) => `x-${count}: y\r\n`,
    ),
  'drips its body': (response) =>
    drip(
      response,
      () => 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n',
      () => 'x',
    ),
  'resets before its answer': (response) => response.socket?.resetAndDestroy(),
  'resets in its answer': (response) => {
    raw(response, 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf of it', () =>
      response.socket?.resetAndDestroy(),
    );
  },
  'truncates by length': (response) => {
    raw(response, 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"ok":', () => response.socket?.end());
  },
  'truncates by chunks': (response) => {
    raw(response, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\n{"ok":\r\n', () => response.socket?.end());
  },
  'floods without end': (response) => flood(response),
  'announces too much': (response) => {
    raw(response, 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n', () => {});
  },
  'accepted but lost': (response) => response.socket?.destroy(),
  'not http': (response) => raw(response, '-ERR unknown command\r\n', () => response.socket?.end()),
  'redirect to itself': (response) => answer(response, 302, '', { location: '/elsewhere' }),
  // An address that would tell when followed: nothing listens there, so following it is a visible fault.
  'redirect to another origin': (response) => answer(response, 302, '', { location: 'http://127.0.0.1:1/stolen' }),
  '200 html': (response) =>
    answer(response, 200, '<!doctype html><title>Sign in</title>', { 'content-type': 'text/html' }),
  '200 wrong type': (response) => answer(response, 200, '{"ok":true}', { 'content-type': 'application/octet-stream' }),
  '200 not json': (response) => answer(response, 200, '{"ok":tru', { 'content-type': 'application/json' }),
  '400': (response) => answer(response, 400, '{"error":"bad request"}'),
  '401': (response) => answer(response, 401, '{"error":"unauthorized"}'),
  '404': (response) => answer(response, 404, 'not found'),
  '429': (response) => answer(response, 429, 'slow down'),
  '429 with retry-after': (response) => answer(response, 429, 'slow down', { 'retry-after': '1' }),
  '429 for an hour': (response) => answer(response, 429, 'slow down', { 'retry-after': '3600' }),
  '500': (response) => answer(response, 500, 'oops'),
  '503': (response) => answer(response, 503, 'unavailable'),
} satisfies Record<string, Misbehave>;

export type AnswerFault = keyof typeof ANSWERS;

function answer(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, headers);
  response.end(body);
}

function raw(response: ServerResponse, text: string, then: () => void): void {
  response.socket?.write(text, () => then());
}

function drip(response: ServerResponse, first: () => string, next: (count: number) => string): void {
  const { socket } = response;
  let count = 0;
  socket?.write(first());
  const timer = setInterval(() => {
    count += 1;
    if (socket?.writable === true) socket.write(next(count));
  }, DRIP_EVERY_MS);
  socket?.once('close', () => clearInterval(timer));
}

function flood(response: ServerResponse): void {
  const pour = (): void => {
    while (!response.destroyed && response.write(FLOOD_CHUNK));
  };
  response.on('drain', pour);
  response.writeHead(200);
  pour();
}
