// A listening socket that tells every caller one text and does not keep the program alive.
// `node:net` is loaded when somebody really calls.

import type { Socket } from 'node:net';
import { nodeBinding } from './node-binding.ts';

export interface Listener {
  close(): Promise<void>;
}

/** Throws the system's error; a taken address is `EADDRINUSE`. */
export async function listen(address: string, answer: () => string): Promise<Listener> {
  const binding = pipeBinding();
  const own = binding === null ? null : listenByBinding(binding, address, answer);
  // Where the binding is refused, net is too, and says why.
  return own ?? listenByNet(address, answer);
}

interface Pipe {
  bind(address: string): number;
  listen(backlog: number): number;
  onconnection: (status: number, caller?: object) => void;
  unref(): void;
  close(): void;
}

interface PipeBinding {
  readonly Pipe: new (type: number) => Pipe;
  readonly constants: { readonly SERVER: number };
}

// What node:net asks for by default.
const BACKLOG = 511;

function pipeBinding(): PipeBinding | null {
  const { Pipe, constants } = (nodeBinding('pipe_wrap') ?? {}) as Partial<PipeBinding>;
  return typeof Pipe === 'function' && typeof constants?.SERVER === 'number' ? { Pipe, constants } : null;
}

/** Null when the system refuses. */
function listenByBinding({ Pipe, constants }: PipeBinding, address: string, answer: () => string): Listener | null {
  const pipe = new Pipe(constants.SERVER);
  if ((pipe.bind(address) || pipe.listen(BACKLOG)) !== 0) {
    pipe.close();
    return null;
  }
  pipe.onconnection = (status, caller) => {
    if (status === 0 && caller !== undefined) void answerHandle(caller, answer);
  };
  pipe.unref();
  // The descriptor is closed when this returns; what follows in the event loop is only the memory.
  return { close: async () => pipe.close() };
}

async function answerHandle(handle: object, answer: () => string): Promise<void> {
  const net = await import('node:net');
  const details = { handle, readable: true, writable: true };
  tell(new net.Socket(details as ConstructorParameters<typeof net.Socket>[0]), answer);
}

async function listenByNet(address: string, answer: () => string): Promise<Listener> {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => tell(socket, answer));
    server.once('error', reject);
    server.listen(address, () => {
      server.unref();
      resolve({ close: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

function tell(socket: Socket, answer: () => string): void {
  socket.on('error', () => socket.destroy());
  socket.end(answer());
}
