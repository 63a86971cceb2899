// A journal file after accidents: every truncation is cut, every flipped bit is named, nothing is misread.

import { expect, test } from 'vitest';
import { readJournal } from '../../../lib/services/journal/read-journal.ts';
import { encodeRecord } from '../../../lib/services/journal/record.ts';

function writeRecords(count: number): { bytes: Uint8Array; ends: number[] } {
  let prev = '';
  let text = '';
  const ends: number[] = [];
  for (let seq = 0; seq < count; seq += 1) {
    const body = { step: `step ${seq}`, note: 'naïve 行情 ✓', value: [seq, null, true] };
    const { line, hash } = encodeRecord({ seq, kind: 'step_done', at: '2026-01-05T01:00:00.000Z', body, prev });
    text += `${line}\n`;
    prev = hash;
    ends.push(Buffer.byteLength(text));
  }
  return { bytes: Buffer.from(text), ends };
}

test('a whole file is read back as it was written', () => {
  const { bytes } = writeRecords(5);
  const content = readJournal(bytes);
  expect(content.damage).toEqual([]);
  expect(content.tornBytes).toBe(0);
  expect(content.records.map(({ body }) => body['step'])).toEqual(['step 0', 'step 1', 'step 2', 'step 3', 'step 4']);
});

test('a file cut at any byte keeps every record whose last byte was written, and names no damage', () => {
  const { bytes, ends } = writeRecords(6);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const content = readJournal(bytes.subarray(0, cut));
    // A record that lost only its line end is whole: its checksum says so.
    const whole = ends.filter((end) => end - 1 <= cut).length;
    expect(content.damage, `cut at ${cut}`).toEqual([]);
    expect(content.records.length, `cut at ${cut}`).toBe(whole);
    expect(content.wholeBytes + content.tornBytes, `cut at ${cut}`).toBe(cut);
  }
});

test('any flipped bit is named, and no record after it is believed', () => {
  const { bytes, ends } = writeRecords(4);
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = Uint8Array.from(bytes);
    flipped[at] = flipped[at]! ^ (1 << (at % 8));
    const content = readJournal(flipped);
    const first = ends.findIndex((end) => at < end);
    expect(content.damage.length, `byte ${at}`).toBe(1);
    // The record itself survives only where its line end alone was changed at the very end of the file.
    expect(content.records.length, `byte ${at}`).toBe(at === bytes.length - 1 ? 4 : first);
  }
});

test('a record taken out of the middle is missed', () => {
  const { bytes, ends } = writeRecords(4);
  const without = Buffer.concat([bytes.subarray(0, ends[1]), bytes.subarray(ends[2])]);
  expect(readJournal(without).damage).toEqual(['record 2: numbered 3; a record is missing']);
});

test('a record put in from another journal does not fit the chain', () => {
  const { bytes, ends } = writeRecords(3);
  const foreign = encodeRecord({
    seq: 2,
    kind: 'step_done',
    at: '2026-01-05T01:00:00.000Z',
    body: {},
    prev: 'elsewhere',
  });
  const forged = Buffer.concat([bytes.subarray(0, ends[1]), Buffer.from(`${foreign.line}\n`)]);
  expect(readJournal(forged).damage).toEqual(['record 2: does not follow the record before it']);
});

test('a record of a newer format is not guessed at', () => {
  const { line } = encodeRecord({ seq: 0, kind: 'x', at: '', body: {}, prev: '' });
  const newer = line.replace('{"v":1', '{"v":2');
  expect(readJournal(Buffer.from(`${newer}\n`)).damage[0]).toMatch(/checksum|newer format/);
});
