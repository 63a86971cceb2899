// Host names to addresses, cancellable. getaddrinfo cannot be: with a resolver that hangs it holds the finished process
// (even process.exit) until it gives up, 10 s with two attempts. Order as glibc's `files dns`, with its search list.

import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP, type LookupFunction } from 'node:net';

type LookupOptions = Parameters<LookupFunction>[1];
type LookupCallback = Parameters<LookupFunction>[2];
interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

const QUERY_MS = 2_000;
const QUERY_TRIES = 2;
// Some resolvers never answer for IPv6; an address in hand is not kept waiting for them.
const LATE_ANSWER_MS = 50;

export function lookupName(host: string, options: LookupOptions, callback: LookupCallback, signal: AbortSignal): void {
  resolveName(host, signal).then(
    (found) => {
      const wanted = found.filter(({ family }) => !options.family || familyOf(options.family) === family);
      const first = wanted[0];
      if (first === undefined) callback(notFound(host), '', 4);
      else if (options.all === true) callback(null, wanted);
      else callback(null, first.address, first.family);
    },
    () => callback(notFound(host), '', 4),
  );
}

/** Empty when there is none, or when the signal came first. `servers` replaces those of resolv.conf. */
export async function resolveName(host: string, signal: AbortSignal, servers?: readonly string[]): Promise<Address[]> {
  const name = host.replace(/\.$/, '').toLowerCase();
  const literal = addressOf(name);
  if (literal !== null) return [literal];
  const listed = readHosts(name);
  if (listed.length > 0) return listed;
  if (name === 'localhost' || name.endsWith('.localhost')) return [{ address: '127.0.0.1', family: 4 }];
  const resolver = new Resolver({ timeout: QUERY_MS, tries: QUERY_TRIES });
  if (servers !== undefined) resolver.setServers(servers);
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (const candidate of candidates(host, readText('/etc/resolv.conf'))) {
      if (signal.aborted) break;
      const found = await query(resolver, candidate);
      if (found.length > 0) return found;
    }
    return [];
  } finally {
    signal.removeEventListener('abort', cancel);
    // A query still open would keep a finished process alive.
    resolver.cancel();
  }
}

async function query(resolver: Resolver, name: string): Promise<Address[]> {
  const six = answersOf(resolver.resolve6(name), 6);
  const four = await answersOf(resolver.resolve4(name), 4);
  if (four.length === 0) return six;
  return [...four, ...(await Promise.race([six, nothingAfter(LATE_ANSWER_MS)]))];
}

async function answersOf(asked: Promise<string[]>, family: 4 | 6): Promise<Address[]> {
  const found = await asked.catch(() => []);
  return found.map((address) => ({ address, family }));
}

function nothingAfter(ms: number): Promise<Address[]> {
  return new Promise((resolve) => {
    setTimeout(() => resolve([]), ms).unref();
  });
}

/** The names to ask for, in order: short names try the search list first, as resolv.conf(5) says. */
export function candidates(host: string, resolvConf: string): string[] {
  if (host.endsWith('.')) return [host.slice(0, -1)];
  let search: string[] = [];
  let ndots = 1;
  for (const line of resolvConf.split('\n')) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === 'search' || keyword === 'domain') search = values;
    const option = keyword === 'options' ? values.find((value) => value.startsWith('ndots:')) : undefined;
    if (option !== undefined) ndots = Number(option.slice('ndots:'.length)) || 0;
  }
  const searched = search.map((domain) => `${host}.${domain}`);
  const dots = host.split('.').length - 1;
  return dots >= ndots ? [host, ...searched] : [...searched, host];
}

function readHosts(name: string): Address[] {
  const found: Address[] = [];
  for (const line of readText('/etc/hosts').split('\n')) {
    const [text, ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/);
    const address = text !== undefined && names.includes(name) ? addressOf(text) : null;
    if (address !== null) found.push(address);
  }
  return found;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function addressOf(text: string): Address | null {
  const family = isIP(text);
  return family === 4 || family === 6 ? { address: text, family } : null;
}

function familyOf(family: number | 'IPv4' | 'IPv6'): number {
  return family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
}

function notFound(host: string): Error {
  return Object.assign(new Error(`cannot resolve ${host}`), { code: 'ENOTFOUND' });
}
