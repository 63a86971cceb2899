// alert/runbook: an alert links to a heading that exists.

import { type Check, found } from './check.ts';

export const checkAlertRunbook: Check = (rule, { headings }) => {
  if (rule.kind !== 'alert') return [];
  const url = rule.annotations['runbook_url'];
  if (url === undefined || url === '') return [found(rule, 'alert/runbook', 'has no runbook_url')];
  const links = [url, rule.annotations['runbook_page'] ?? ''].filter((link) => link !== '' && !/^https?:/.test(link));
  if (headings === null) return [];
  return links.flatMap((link) => {
    const [file = '', anchor] = link.split('#', 2);
    const anchors = headings.get(file);
    if (anchors === undefined) return [found(rule, 'alert/runbook', `links to ${file}, which does not exist`)];
    if (anchor === undefined || anchors.has(anchor)) return [];
    return [found(rule, 'alert/runbook', `links to #${anchor}, which is no heading of ${file}`)];
  });
};
