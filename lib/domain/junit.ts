// Results as JUnit XML, for CI systems.

export interface JunitCase {
  readonly name: string;
  readonly seconds: number;
  /** One line; absent when the case passed. */
  readonly failure?: string;
  readonly details?: string;
  readonly skipped?: string;
}

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

export function renderJunit(suites: readonly JunitSuite[]): string {
  const body = suites.map(renderSuite).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${body}</testsuites>\n`;
}

function renderSuite({ name, cases }: JunitSuite): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0).toFixed(3);
  const counts = `tests="${cases.length}" failures="${failures}" skipped="${skipped}" time="${seconds}"`;
  const lines = cases.map((one) => renderCase(name, one)).join('');
  return `  <testsuite name="${escapeXml(name)}" ${counts}>\n${lines}  </testsuite>\n`;
}

function renderCase(suite: string, { name, seconds, failure, details, skipped }: JunitCase): string {
  const open = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(name)}" time="${seconds.toFixed(3)}"`;
  if (failure !== undefined) {
    return `${open}>\n      <failure message="${escapeXml(failure)}">${escapeXml(details ?? failure)}</failure>\n    </testcase>\n`;
  }
  if (skipped !== undefined) return `${open}>\n      <skipped message="${escapeXml(skipped)}"/>\n    </testcase>\n`;
  return `${open}/>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
  // What XML 1.0 cannot hold at all is dropped.
  const legal = text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');
  return legal.replace(/[&<>"]/g, (char) => ENTITIES[char]!);
}
