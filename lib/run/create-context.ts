// Builds the Context: the one place where services meet effects.

import type { Paint } from '../base/paint.ts';
import type { Config } from '../services/config/config.ts';
import { createGovernor } from '../services/governor/governor.ts';
import { createLog, type RunLog } from '../services/log/log.ts';
import { createMetrics } from '../services/metrics/metrics.ts';
import { type Account, withLogins } from '../services/remote/login.ts';
import type { RunIdentity } from '../services/runs/run-types.ts';
import type { OpenRun } from '../services/runs/runs.ts';
import { createSpool } from '../services/spool/spool.ts';
import { createDocuments } from '../services/state/documents.ts';
import type { EarlierSteps } from '../services/steps/earlier-steps.ts';
import { createSteps } from '../services/steps/steps.ts';
import type { Tracer } from '../services/trace/tracer.ts';
import type { Context } from './context.ts';
import { createControlPlaneOpener } from './control-plane.ts';
import { createExporterOpener } from './exporter.ts';
import { createGrafanaOpener } from './grafana.ts';
import { createRetention } from './lazy-retention.ts';
import { createRunBrowser } from './lazy-run-browser.ts';
import { observeSteps } from './observe-steps.ts';
import { createPeople } from './people.ts';
import { createPerson } from './person.ts';
import { createProgress } from './progress.ts';
import type { Effects } from './real-effects.ts';
import { redactFor } from './redact-for.ts';
import { createRemotes } from './remotes.ts';
import { createRoutesOpener } from './routes.ts';
import type { RunRequest } from './run-request.ts';
import { createStory } from './story.ts';
import { openTracer, traceEffects } from './tracing.ts';

export interface RunContext extends Context {
  readonly runLog: RunLog;
}

export interface ContextSetup extends RunRequest {
  readonly identity: RunIdentity;
  readonly open: OpenRun | null;
  readonly resumed: EarlierSteps | null;
  readonly paint: Paint;
  readonly mode: 'run' | 'none';
  /** For a dry run. */
  readonly withoutChanges:
    | ((effects: Effects, places: { readonly logDir: string; readonly stateDir: string }) => Effects)
    | null;
}

export function createContext(setup: ContextSetup): RunContext {
  const { invocation, loaded, cancellation, identity, open, paint, program } = setup;
  const isDryRun = invocation.on('dry-run');
  const tracer = openTracer(setup.effects, loaded.config, identity);
  const traced = traceEffects(setup.effects, tracer);
  const changing = setup.withoutChanges?.(traced, loaded.config.paths) ?? traced;
  const effects = { ...changing, http: withLogins(changing.http, accountsOf(loaded.config)) };
  const { clock, terminal, files } = effects;
  const isQuiet = invocation.on('json') || setup.mode === 'none';
  const progress = createProgress(terminal, clock, paint, invocation.on('json'));
  cancellation.onCancel(progress.clear);
  const redact = redactFor(loaded);
  const runLog = openLog(setup, redact, tracer);
  runLog.observe(createStory(terminal, paint, progress, isQuiet ? 'warn' : loaded.config.log.level));
  const { config } = loaded;
  const documents = createDocuments(files, `${config.paths.stateDir}/state`);
  const remotes = createRemotes({ ...effects, documents, config, log: runLog });
  const spool = createSpool({
    ...effects,
    directory: `${config.paths.stateDir}/spool`,
    bounds: config.telemetry.spool,
    run: { ...identity, id: identity.run_id },
    pid: identity.pid,
  });
  const metrics = createMetrics(redact);
  const run: Context['run'] = {
    id: identity.run_id,
    command: identity.command,
    verb: identity.verb,
    environment: identity.environment,
    operator: identity.operator,
    target: identity.target,
    isDryRun,
    recovered: open?.recovered ?? [],
    resumes: identity.resumes,
    logFile: () => runLog.path(),
  };
  const people = createPeople({
    ...effects,
    config,
    environment: identity.environment,
    who: identity,
    documents,
    remotes,
    log: runLog,
    metrics,
    spool,
    redact,
    isDryRun,
  });
  const governor = createGovernor({ documents, clock, operator: identity.operator });
  const openControlPlane = createControlPlaneOpener({
    config,
    clock,
    files,
    http: effects.http,
    remotes,
    traceparent: () => tracer.traceparent(),
  });
  return {
    run,
    config,
    configSources: loaded.sources,
    configFiles: loaded.read,
    configWarnings: loaded.diagnostics,
    configReference: async () => (await import('../services/config/reference.ts')).CONFIG_REFERENCE,
    get signal() {
      return cancellation.signal;
    },
    ...effects,
    documents,
    remotes,
    redact,
    tracer,
    openControlPlane,
    openRoutes: createRoutesOpener({
      ...effects,
      config,
      documents,
      openControlPlane,
      signal: () => cancellation.signal,
      isDryRun,
    }),
    openGrafana: createGrafanaOpener({ config, remotes, signal: () => cancellation.signal, isDryRun }),
    openBackups: async () =>
      (await import('./open-backups.ts')).openBackups({ effects, config, identity, remotes, isDryRun }),
    openExporter: createExporterOpener(redact),
    governor,
    retention: createRetention({ ...effects, ...people, governor, spool, config, by: identity.run_id }),
    ...people,
    openTelemetryDesk: async () =>
      (await import('./open-telemetry-desk.ts')).openTelemetryDesk({
        ...effects,
        ...people,
        config,
        run,
        remotes,
        redact,
        tracer,
        version: program.version,
        spool,
        metrics,
        log: runLog,
      }),
    spool,
    steps: createSteps({
      journal: open?.journal ?? null,
      clock,
      observer: observeSteps(runLog, progress, tracer),
      earlier: setup.resumed,
    }),
    runs: createRunBrowser({ ...effects, directory: `${loaded.config.paths.stateDir}/journal` }, identity),
    metrics,
    log: runLog,
    runLog,
    person: createPerson({
      terminal,
      signal: () => cancellation.signal,
      saysYes: invocation.on('yes'),
      isDryRun,
      mayPrompt: !invocation.on('no-input'),
    }),
    progress,
    paint,
    programDirectory: program.directory,
    version: program.version,
  };
}

/** Of the remotes that flows ask by themselves. */
function accountsOf({ remotes: { pushgateway, prometheus, alertmanager } }: Config): readonly Account[] {
  return [
    ...[pushgateway, prometheus].map(({ url, ...login }) => ({ ...login, urls: url === undefined ? [] : [url] })),
    alertmanager,
  ];
}

function openLog(setup: ContextSetup, redact: (text: string) => string, tracer: Tracer): RunLog {
  const { effects, loaded, identity, mode } = setup;
  const { config, sources } = loaded;
  // The setting is the health check's, by flag or file; without it a log is named after its command.
  const isNamed = identity.command === 'check-feed-health' && sources.has('health.log_prefix');
  return createLog({
    files: effects.files,
    clock: effects.clock,
    directory: config.paths.logDir,
    prefix: isNamed ? config.health.logPrefix : identity.command,
    zone: config.timezone,
    level: config.log.level,
    isWritten: mode === 'run',
    identity: {
      run_id: identity.run_id,
      request_id: identity.run_id,
      trace_id: tracer.traceId,
      span_id: tracer.rootSpanId,
      ...(config.tenant === undefined ? {} : { tenant_id: config.tenant }),
      command: identity.command,
      environment: identity.environment,
    },
    redact,
    maxTextBytes: config.log.maxPayloadBytes,
  });
}
