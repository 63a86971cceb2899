// Reads a request: what goes over the wire (secrets revealed) and the words for it that may be shown.

import { decodePercent } from '../base/percent.ts';
import { oneLine } from '../base/sanitize.ts';
import { Secret } from '../base/secret.ts';
import type { HttpRequest } from './http.ts';
import { httpFault } from './http-faults.ts';

export interface WireRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** `POST http://host/path`: no query, no user info, nothing from a Secret. */
  readonly what: string;
}

export function readRequest(request: HttpRequest): WireRequest {
  const { url, what } = readAddress(request);
  const headers = readHeaders(request, what);
  const userInfo = takeUserInfo(url);
  if (userInfo !== null) headers['authorization'] ??= userInfo;
  const body = request.body === undefined ? null : Buffer.from(request.body);
  if (body !== null) headers['content-length'] = String(body.length);
  return { url, headers, body, what };
}

function readAddress({ method, url: address }: HttpRequest): { url: URL; what: string } {
  const text = address instanceof Secret ? address.reveal() : address;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    // What cannot be parsed cannot be split into what may be shown and what may not.
    throw httpFault('address', `${method} to ${address instanceof Secret ? source(address) : 'the address given'}`);
  }
  const shown = address instanceof Secret ? `to ${source(address)}` : `${url.origin}${url.pathname}`;
  return { url, what: oneLine(`${method} ${shown}`) };
}

function source(secret: Secret): string {
  return `the address in ${secret.source}`;
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function readHeaders(request: HttpRequest, what: string): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  headers['user-agent'] = 'mdops';
  // Compressed answers would make the size cap a lie.
  headers['accept-encoding'] = 'identity';
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (!HEADER_NAME.test(name)) throw httpFault('request', what, 'its name');
    const text = value instanceof Secret ? value.reveal() : value;
    if (!HEADER_VALUE.test(text)) throw httpFault('request', what, name);
    headers[name.toLowerCase()] = text;
  }
  return headers;
}

/** User info leaves the address and becomes the header that it stands for. */
function takeUserInfo(url: URL): string | null {
  if (url.username === '' && url.password === '') return null;
  const pair = `${decodePercent(url.username)}:${decodePercent(url.password)}`;
  url.username = '';
  url.password = '';
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
