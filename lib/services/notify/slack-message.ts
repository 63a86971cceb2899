// A notification as Slack blocks. Foreign text is plain_text or has & < > escaped: `<!channel>` stays a word.

import { clip } from '../../base/clip.ts';
import type { Notification, Severity } from './notification.ts';

export interface SlackMessage {
  /** Shown in previews and by clients without blocks. */
  readonly text: string;
  readonly blocks: readonly Block[];
}

type Block =
  | { readonly type: 'header' | 'section'; readonly text: Text }
  | { readonly type: 'section'; readonly fields: readonly Text[] }
  | { readonly type: 'context'; readonly elements: readonly Text[] };

type Text =
  | { readonly type: 'plain_text'; readonly text: string; readonly emoji?: false }
  | { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true };

// Slack's limits: header 150, section text 3,000, field 2,000 and ten of them.
const HEADER_LENGTH = 150;
const SECTION_LENGTH = 3_000;
const FIELD_LENGTH = 500;
const MOST_FIELDS = 10;

const MARKS = { critical: '🔴', warning: '🟡', info: '🔵' } as const satisfies Record<Severity, string>;
const ENDED = { resolve: '✅', acknowledge: '👀' } as const;

export function slackMessage(notification: Notification): SlackMessage {
  const { action, severity, title, text, facts, links, source } = notification;
  const mark = action === 'resolve' || action === 'acknowledge' ? ENDED[action] : MARKS[severity];
  const headline = clip(`${mark} ${title}`, HEADER_LENGTH);
  const linkLine = links.map(
    ({ text: name, href }) => `<${escapeSlack(href).replaceAll('|', '%7C')}|${escapeSlack(name)}>`,
  );
  const entries = Object.entries(facts).slice(0, MOST_FIELDS);
  return {
    text: clipEscaped(`${mark} ${title}`, SECTION_LENGTH),
    blocks: [
      { type: 'header', text: plain(headline) },
      ...(text === '' ? [] : [section(clipEscaped(text, SECTION_LENGTH))]),
      ...(entries.length === 0 ? [] : [{ type: 'section' as const, fields: entries.map(field) }]),
      ...(linkLine.length === 0 ? [] : [section(joinWithin(linkLine, SECTION_LENGTH))]),
      { type: 'context', elements: [plain(clip(`${source} · ${notification.key}`, 300))] },
    ],
  };
}

export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function field([name, value]: readonly [string, string]): Text {
  return plain(clip(`${name}: ${value}`, FIELD_LENGTH));
}

function section(text: string): Block {
  // verbatim: Slack turns neither names nor addresses in it into links.
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

function plain(text: string): Text {
  return { type: 'plain_text', text: text === '' ? '–' : text, emoji: false };
}

/** Escaped, and cut so that no entity is torn. */
function clipEscaped(text: string, max: number): string {
  const escaped = escapeSlack(text);
  if (escaped.length <= max) return escaped;
  return clip(escaped, max).replace(/&[a-z]{0,3}…$/, '…');
}

function joinWithin(parts: readonly string[], max: number): string {
  let joined = '';
  for (const part of parts) {
    const next = joined === '' ? part : `${joined} · ${part}`;
    if (next.length > max) break;
    joined = next;
  }
  return joined || '–';
}
