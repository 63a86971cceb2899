// One value on a page of metrics: the right series, and no value where there is none.

import { describe, expect, it } from 'vitest';
import { findSample } from '../../../lib/domain/components/sample.ts';

const PAGE = `# HELP md_throughput_mps Messages.
# TYPE md_throughput_mps gauge
md_throughput_mps{feed="primary",account="a"} 5200 1767600000000
md_throughput_mps{feed="primary",account="b"} 10
md_throughput_mps{feed="back\\"up\\n{x}"} 1e3
md_throughput_mps_total 9
md_broken NaN
md_infinite +Inf
md_plain 7
`;

describe('a sample', () => {
  it.each([
    ['the greatest of the series that match', 'md_throughput_mps', { feed: 'primary' }, 5_200],
    ['one series by all its labels', 'md_throughput_mps', { feed: 'primary', account: 'b' }, 10],
    ['labels with quotes and braces', 'md_throughput_mps', { feed: 'back"up\n{x}' }, 1_000],
    ['a series without labels', 'md_plain', {}, 7],
    ['infinity', 'md_infinite', {}, Number.POSITIVE_INFINITY],
    ['no label of this value', 'md_throughput_mps', { feed: 'prim' }, null],
    ['NaN is no value', 'md_broken', {}, null],
    ['the beginning of a name is not the name', 'md_throughput', {}, null],
  ])('%s', (_name, metric, labels, value) => {
    expect(findSample(PAGE, metric, new Map(Object.entries(labels)))).toBe(value);
  });
});
