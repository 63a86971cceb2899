// Effects that carry the trace on: a header for remotes, TRACEPARENT for children, a span for each.

import { isFault } from '../../base/fault.ts';
import { Secret } from '../../base/secret.ts';
import type { Http, HttpRequest } from '../../effects/http.ts';
import type { Processes, ProcessResult } from '../../effects/processes.ts';
import type { Attributes, Tracer } from './tracer.ts';

export function traceHttp(http: Http, tracer: Tracer): Http {
  return {
    ...http,
    request: async (request) => {
      const span = tracer.start(request.method, 'client', { attributes: describeRequest(request) });
      try {
        const response = await http.request({
          ...request,
          headers: { traceparent: span.traceparent, ...request.headers },
        });
        const error = response.status >= 400 ? String(response.status) : null;
        span.end(error, { 'http.response.status_code': response.status });
        return response;
      } catch (error) {
        span.end(isFault(error) ? error.code : 'failed');
        throw error;
      }
    },
  };
}

export function traceProcesses(processes: Processes, tracer: Tracer): Processes {
  const child = (name: string) => tracer.start(name, 'internal', { attributes: { 'process.executable.name': name } });
  return {
    ...processes,
    run: async (spec) => {
      const span = child(programOf(spec.argv[0]));
      return ended(processes.run({ ...spec, env: { TRACEPARENT: span.traceparent, ...spec.env } }), span.end);
    },
    runShell: async (line, spec) => {
      const span = child('sh');
      return ended(
        processes.runShell(line, { ...spec, env: { TRACEPARENT: span.traceparent, ...spec.env } }),
        span.end,
      );
    },
    spawnDetached: (spec) =>
      processes.spawnDetached({ ...spec, env: { TRACEPARENT: tracer.traceparent(), ...spec.env } }),
  };
}

async function ended(
  running: Promise<ProcessResult>,
  end: (error: string | null, attributes?: Attributes) => void,
): Promise<ProcessResult> {
  try {
    const result = await running;
    const { ok, timedOut, exitCode } = result;
    const attributes = exitCode === null ? {} : { 'process.exit.code': exitCode };
    end(ok ? null : timedOut ? 'timed out' : `exit ${exitCode ?? result.signal}`, attributes);
    return result;
  } catch (error) {
    end(isFault(error) ? error.code : 'failed');
    throw error;
  }
}

/** Host and port only: paths and queries may carry what nobody should read in a trace. */
function describeRequest({ method, url }: HttpRequest): Attributes {
  const text = url instanceof Secret ? url.reveal() : url;
  if (!URL.canParse(text)) return { 'http.request.method': method };
  const { hostname, port, protocol } = new URL(text);
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return { 'http.request.method': method, 'server.address': hostname, 'server.port': number };
}

function programOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
