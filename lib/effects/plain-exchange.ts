// One HTTP/1.1 exchange over a bare TCP handle, for plain http to an IPv4 address: what a metrics push of a command that
// ends right after it needs. Loading and first running node:http costs that command as much as a third of a bare start.

import type { HttpParser } from './http-parser.ts';
import type { AnswerSink, Exchange } from './http-transport.ts';
import { nodeBinding } from './node-binding.ts';

export type PlainExchange = (exchange: Exchange, sink: AnswerSink) => Promise<void>;

interface Request {
  oncomplete: (status: number) => void;
}

interface Tcp {
  onread: (bytes: ArrayBuffer | undefined) => void;
  connect(request: Request, address: string, port: number): number;
  writeBuffer(request: Request, bytes: Uint8Array): number;
  readStart(): number;
  close(): void;
}

interface Binding {
  readonly TCP: new (type: number) => Tcp;
  readonly TCPConnectWrap: new () => Request;
  readonly WriteWrap: new () => Request;
  readonly clientType: number;
  /** What the last callback was about: bytes read or an error, and where they begin. */
  readonly lastRead: () => { readonly count: number; readonly offset: number };
}

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
// libuv's number for the end of a stream.
const END = -4_095;

/** Null where Node does not give its bindings away, or where they are not what they were. */
export function openPlainExchange(): PlainExchange | null {
  const binding = tcpBinding();
  return binding === null ? null : (exchange, sink) => run(binding, exchange, sink);
}

/** Names, IPv6 and TLS are for Node's own client. */
export function isPlain(url: URL): boolean {
  return url.protocol === 'http:' && IPV4.test(url.hostname);
}

function tcpBinding(): Binding | null {
  const { TCP, TCPConnectWrap, constants } = nodeBinding('tcp_wrap') ?? {};
  const { WriteWrap, streamBaseState, kReadBytesOrError, kArrayBufferOffset } = nodeBinding('stream_wrap') ?? {};
  const clientType = (constants as { SOCKET?: unknown } | undefined)?.SOCKET;
  const isKnown =
    [TCP, TCPConnectWrap, WriteWrap].every((made) => typeof made === 'function') &&
    [clientType, kReadBytesOrError, kArrayBufferOffset].every((number) => typeof number === 'number') &&
    ArrayBuffer.isView(streamBaseState);
  if (!isKnown) return null;
  const state = streamBaseState as Int32Array;
  return {
    TCP: TCP as Binding['TCP'],
    TCPConnectWrap: TCPConnectWrap as Binding['TCPConnectWrap'],
    WriteWrap: WriteWrap as Binding['WriteWrap'],
    clientType: clientType as number,
    lastRead: () => ({
      count: state[kReadBytesOrError as number] ?? END,
      offset: state[kArrayBufferOffset as number] ?? 0,
    }),
  };
}

function run(binding: Binding, exchange: Exchange, sink: AnswerSink): Promise<void> {
  const { signal, url } = exchange;
  const tcp = new binding.TCP(binding.clientType);
  return new Promise((resolve, reject) => {
    let isOver = false;
    const finish = (act: () => void): void => {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener('abort', abandon);
      tcp.close();
      act();
    };
    const fail = (error: unknown): void => finish(() => reject(error));
    const abandon = (): void => fail(signal.reason);
    /** Libuv's answer to a call: 0, or the system's error. */
    const check = (status: number): void => {
      if (status !== 0) fail(systemError(status));
    };
    const received = (parser: HttpParser, bytes: ArrayBuffer | undefined): void => {
      const { count, offset } = binding.lastRead();
      try {
        if (count > 0 && bytes !== undefined) {
          if (parser.read(new Uint8Array(bytes, offset, count))) finish(resolve);
        } else if (count === END) {
          parser.end();
          finish(resolve);
        } else if (count < 0) fail(systemError(count));
      } catch (error) {
        fail(error);
      }
    };
    const connected = (status: number): void => {
      check(status);
      if (isOver) return;
      const written = new binding.WriteWrap();
      written.oncomplete = check;
      check(tcp.writeBuffer(written, wireBytes(exchange)));
      // What reads an answer is loaded while the other side makes one.
      import('./http-parser.ts').then(({ createHttpParser }) => {
        if (isOver) return;
        const parser = createHttpParser(sink);
        tcp.onread = (bytes) => received(parser, bytes);
        check(tcp.readStart());
      }, fail);
    };
    signal.addEventListener('abort', abandon, { once: true });
    const connecting = new binding.TCPConnectWrap();
    connecting.oncomplete = connected;
    check(tcp.connect(connecting, url.hostname, Number(url.port || 80)));
  });
}

function wireBytes({ method, url, headers, body }: Exchange): Uint8Array {
  const lines = Object.entries({ host: url.host, connection: 'close', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const head = Buffer.from(`${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1');
  return body === null ? head : Buffer.concat([head, body]);
}

function systemError(status: number): Error {
  const code = process.getBuiltinModule('node:util').getSystemErrorName(status);
  return Object.assign(new Error(`tcp: ${code}`), { code });
}
