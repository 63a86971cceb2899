// The Alertmanager configuration of a stack: the shipped routing tree with this stack's endpoints, secrets and pace.

import { isRecord, own } from '../../base/json.ts';
import { scaleConfig } from './scale.ts';

export interface AlertmanagerPlan {
  readonly factor: number;
  readonly templateDirectory: string;
  /** Stand-ins for every receiver, below this address; null leaves the real ones. */
  readonly receivers: string | null;
  readonly secretFiles: { readonly slack: string | null; readonly pagerduty: string | null };
  /** Null leaves receivers of this kind out: Alertmanager 0.25 cannot read their secret from a file. */
  readonly telegramToken: string | null;
  readonly telegramChatId: string | null;
  readonly deadMansSwitch: string | null;
}

type Mapping = Readonly<Record<string, unknown>>;

export function renderAlertmanager(source: unknown, plan: AlertmanagerPlan): Mapping {
  const config = mapping(scaleConfig(source, plan.factor));
  return {
    ...config,
    global: renderGlobal(mapping(own(config, 'global')), plan),
    templates: [`${plan.templateDirectory}/*.tmpl`],
    receivers: list(own(config, 'receivers')).map((receiver) => renderReceiver(receiver, plan)),
  };
}

function renderGlobal(global: Mapping, { receivers, secretFiles }: AlertmanagerPlan): Mapping {
  const { slack_api_url_file: file, ...rest } = global;
  if (receivers !== null) return { ...rest, slack_api_url: `${receivers}/slack/unnamed` };
  return { ...rest, slack_api_url_file: secretFiles.slack ?? file };
}

function renderReceiver(receiver: Mapping, plan: AlertmanagerPlan): Mapping {
  const name = String(own(receiver, 'name'));
  const rendered: Record<string, unknown> = {};
  for (const [key, entries] of Object.entries(receiver)) {
    const kind = key.replace(/_configs$/, '');
    if (kind === key) {
      rendered[key] = entries;
      continue;
    }
    const integrations = list(entries).flatMap((entry) => renderIntegration(kind, name, entry, plan));
    // The one that stands in for mail is a webhook, beside those that are webhooks anyway.
    const place = kind === 'email' && plan.receivers !== null ? 'webhook_configs' : key;
    const all = [...list(rendered[place]), ...integrations];
    if (all.length > 0) rendered[place] = all;
  }
  return rendered;
}

function renderIntegration(kind: string, name: string, entry: Mapping, plan: AlertmanagerPlan): Mapping[] {
  const { receivers, secretFiles } = plan;
  switch (kind) {
    case 'slack':
      return [
        receivers === null ? entry : { ...without(entry, 'api_url_file'), api_url: `${receivers}/slack/${name}` },
      ];
    case 'pagerduty': {
      if (receivers === null)
        return [{ ...entry, ...(secretFiles.pagerduty === null ? {} : { routing_key_file: secretFiles.pagerduty }) }];
      return [
        { ...without(entry, 'routing_key_file'), routing_key: 'synthetic', url: `${receivers}/pagerduty/${name}` },
      ];
    }
    case 'telegram':
      if (receivers !== null) return [{ ...entry, bot_token: 'synthetic', api_url: `${receivers}/telegram/${name}` }];
      if (plan.telegramToken === null) return [];
      return [
        { ...entry, bot_token: plan.telegramToken, chat_id: Number(plan.telegramChatId ?? own(entry, 'chat_id')) },
      ];
    case 'webhook':
      if (receivers !== null) return [{ ...without(entry, 'url_file'), url: `${receivers}/webhook/${name}` }];
      return [plan.deadMansSwitch === null ? entry : { ...entry, url: plan.deadMansSwitch }];
    case 'email': {
      if (receivers === null) return [entry];
      // Whether and when it would go out; its text stays unread.
      return [{ url: `${receivers}/webhook/${name}`, send_resolved: own(entry, 'send_resolved') === true }];
    }
    default:
      // An integration nobody stands in for must not reach a person from a rehearsal.
      return receivers === null ? [entry] : [];
  }
}

function without(entry: Mapping, key: string): Mapping {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== key));
}

function mapping(value: unknown): Mapping {
  return isRecord(value) ? value : {};
}

function list(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.map(mapping) : [];
}
