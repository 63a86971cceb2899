// Collects an answer as it arrives, under its size cap.

import type { HttpResponse } from './http.ts';
import { httpFault } from './http-faults.ts';
import type { AnswerSink } from './http-transport.ts';

export interface CollectedAnswer extends AnswerSink {
  hasHead(): boolean;
  /** How far it came, for the message of a deadline. */
  progress(): string;
  /** Throws `http answer truncated` when it is shorter than it announced. */
  finish(durationMs: number): HttpResponse;
}

export function collectAnswer(what: string, maxBytes: number, onTooLarge: (maxBytes: number) => void): CollectedAnswer {
  let status = 0;
  let bytes = 0;
  const headers: Record<string, string> = Object.create(null);
  const chunks: Uint8Array[] = [];
  return {
    head: (code, raw) => {
      status = code;
      for (const [name, value] of Object.entries(raw)) {
        if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
      }
      if (Number(headers['content-length']) > maxBytes) onTooLarge(maxBytes);
    },
    data: (chunk) => {
      bytes += chunk.length;
      if (bytes > maxBytes) onTooLarge(maxBytes);
      else chunks.push(chunk);
    },
    hasHead: () => status !== 0,
    progress: () => (status === 0 ? 'nothing of it came' : `${bytes} bytes of a ${status} came`),
    finish: (durationMs) => {
      const announced = headers['content-length'];
      // 304 announces the length of what it does not send.
      if (announced !== undefined && status !== 304 && Number(announced) !== bytes) throw httpFault('truncated', what);
      return toResponse(status, headers, Buffer.concat(chunks), what, durationMs);
    },
  };
}

function toResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  what: string,
  durationMs: number,
): HttpResponse {
  const text = (): string => body.toString('utf8').replace(/^\ufeff/, '');
  return {
    status,
    headers,
    body,
    text,
    json: () => {
      try {
        return JSON.parse(text()) as unknown;
      } catch {
        throw httpFault('notJson', what);
      }
    },
    durationMs,
  };
}
