// Grafana-managed alert rules. A rule's group and the group's interval are part of what it is.

import { parseDuration } from '../../base/duration.ts';
import { ALERT_RULE_KEYS, type LiveObject } from '../../base/grafana-objects.ts';
import type { JsonObject } from '../../base/json.ts';
import { lockOf, markOf, needAlerting, PROVISIONING } from './alerting.ts';
import { pick, record, records, text } from './fields.ts';
import { type KindClient, type Looked, mapFew } from './kind-client.ts';
import type { Session } from './session.ts';

const PATH = `${PROVISIONING}/alert-rules`;
/** Before 9.4 rules could be read one by one, not listed. */
const FIRST_LIST = { major: 9, minor: 4 } as const;

export function createAlertRules(session: Session): KindClient {
  async function read(id: string): Promise<LiveObject | null> {
    await needAlerting(session);
    const found = await session.find({ method: 'GET', path: pathOf(id), action: `read the alert rule "${id}"` });
    if (found === null) return null;
    const rule = record(found);
    return toLive(rule, await intervalOf(rule));
  }

  async function readGroup(folder: string, name: string): Promise<JsonObject | null> {
    const path = groupPath(folder, name);
    const found = await session.find({ method: 'GET', path, action: `read the rule group "${name}"` });
    return found === null ? null : record(found);
  }

  async function intervalOf(rule: JsonObject): Promise<number> {
    const group = await readGroup(text(rule['folderUID']), text(rule['ruleGroup']));
    return typeof group?.['interval'] === 'number' ? group['interval'] : 0;
  }

  async function lookAt(rules: readonly JsonObject[]): Promise<LiveObject[]> {
    const groups = new Map<string, JsonObject>();
    for (const rule of rules) groups.set(groupPath(text(rule['folderUID']), text(rule['ruleGroup'])), rule);
    const intervals = new Map(
      await mapFew([...groups], async ([path, rule]) => [path, await intervalOf(rule)] as const),
    );
    return rules.map((rule) => {
      const path = groupPath(text(rule['folderUID']), text(rule['ruleGroup']));
      return toLive(rule, intervals.get(path) ?? 0);
    });
  }

  async function look(wanted: readonly string[], isOurs: Parameters<KindClient['look']>[1]): Promise<Looked> {
    await needAlerting(session);
    if (!(await session.isAtLeast(FIRST_LIST.major, FIRST_LIST.minor))) {
      const objects = await mapFew(wanted, read);
      const version = (await session.version()) ?? '';
      return {
        objects: objects.filter((one) => one !== null),
        blind: [`Grafana ${version} does not list alert rules: further ones in our folders are not seen`],
      };
    }
    const found = records(await session.call({ method: 'GET', path: PATH, action: 'list alert rules', wants: 'list' }));
    const seen = found.filter((rule) => wanted.includes(text(rule['uid'])) || isOurs(glimpseOf(rule)));
    return { objects: await lookAt(seen), blind: [] };
  }

  return {
    kind: 'alert-rule',
    read,
    look,
    write: async ({ id, title, spec }, held) => {
      const { folderUid, ruleGroup, interval, ...rest } = spec;
      const place = { folderUID: text(folderUid), ruleGroup: text(ruleGroup), orgID: 1 };
      const headers = markOf(text(held?.handle['provenance']));
      const body = { ...DEFAULTS, ...rest, ...place, uid: id };
      const action = `write the alert rule "${title}"`;
      if (held === null) await session.call({ method: 'POST', path: PATH, body, headers, action });
      else await session.call({ method: 'PUT', path: pathOf(id), body, headers, action });
      const group = await readGroup(place.folderUID, place.ruleGroup);
      const seconds = secondsOf(interval);
      if (group === null || group['interval'] === seconds) return;
      // The whole group goes back as it is, but for its interval: a rule left out of it would be gone.
      await session.call({
        method: 'PUT',
        path: groupPath(place.folderUID, place.ruleGroup),
        body: { ...pick(group, ['title', 'folderUid', 'rules']), interval: seconds },
        headers,
        action: `set the interval of the rule group "${place.ruleGroup}"`,
      });
    },
    remove: async ({ id, title, handle }) => {
      await session.call({
        method: 'DELETE',
        path: pathOf(id),
        headers: markOf(text(handle['provenance'])),
        action: `remove the alert rule "${title}"`,
        wants: 'anything',
      });
    },
  };
}

/** The API wants to be told what files may leave out. */
const DEFAULTS = { noDataState: 'NoData', execErrState: 'Alerting', for: '0s' } as const;

function toLive(rule: JsonObject, intervalS: number): LiveObject {
  const provenance = text(rule['provenance']);
  return {
    kind: 'alert-rule',
    id: text(rule['uid']),
    title: text(rule['title']),
    spec: {
      ...pick(rule, ALERT_RULE_KEYS),
      folderUid: text(rule['folderUID']),
      ruleGroup: text(rule['ruleGroup']),
      interval: `${intervalS}s`,
    },
    lockedBy: lockOf(provenance),
    handle: { provenance },
  };
}

function glimpseOf(rule: JsonObject): Parameters<Parameters<KindClient['look']>[1]>[0] {
  const labels = Object.fromEntries(
    Object.entries(record(rule['labels'])).map(([name, value]) => [name, String(value)]),
  );
  return { id: text(rule['uid']), title: text(rule['title']), folderUid: text(rule['folderUID']), tags: [], labels };
}

function secondsOf(interval: unknown): number {
  if (typeof interval === 'number') return interval;
  return (parseDuration(text(interval)) ?? 60_000) / 1_000;
}

function pathOf(uid: string): string {
  return `${PATH}/${encodeURIComponent(uid)}`;
}

function groupPath(folder: string, name: string): string {
  return `${PROVISIONING}/folder/${encodeURIComponent(folder)}/rule-groups/${encodeURIComponent(name)}`;
}
