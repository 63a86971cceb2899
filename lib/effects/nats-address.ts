// Reads NATS addresses: servers to try, and credentials that people put into them.

import { decodePercent } from '../base/percent.ts';
import { Secret } from '../base/secret.ts';
import { natsFault } from './nats-faults.ts';
import type { NatsServer } from './nats-greeting.ts';

export interface NatsAddress {
  readonly servers: readonly [NatsServer, ...NatsServer[]];
  readonly requiresTls: boolean;
  readonly user: string | null;
  readonly password: string | null;
}

const DEFAULT_PORT = 4_222;

export function readNatsAddress(address: string | Secret): NatsAddress {
  const text = address instanceof Secret ? address.reveal() : address;
  const urls = text.split(',').map((part) => readUrl(part.trim()));
  const [first, ...rest] = urls;
  if (first === undefined) throw natsFault('address', 'reach NATS');
  return {
    servers: [toServer(first), ...rest.map(toServer)],
    requiresTls: urls.some(({ protocol }) => protocol === 'tls:'),
    user: decode(first.username),
    password: decode(first.password),
  };
}

function readUrl(text: string): URL {
  const full = text.includes('://') ? text : `nats://${text}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  const isNats = url !== null && (url.protocol === 'nats:' || url.protocol === 'tls:') && url.hostname !== '';
  if (!isNats) throw natsFault('address', 'reach NATS');
  return url;
}

function toServer({ hostname, port }: URL): NatsServer {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? DEFAULT_PORT : Number(port) };
}

function decode(part: string): string | null {
  return part === '' ? null : decodePercent(part);
}
