// Makes foreign text safe for a terminal, a log line or a chat message.

// C0 without tab and newline, DEL, C1, bidi embeddings and isolates, line and paragraph separators, zero-width marks.
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
// Escape sequences go whole, with what they carry: CSI, OSC/DCS/PM/APC/SOS up to their terminator or the line's end, two-byte.
const SEQUENCES =
  /(?:\u001b\[|\u009b)[0-9;:?<=>]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** Text with no control characters but newline and tab. */
export function sanitize(text: string): string {
  return text.replace(SEQUENCES, '').replace(UNSAFE, '');
}

/** One line, at most `max` characters, ending in `…` when cut. */
export function oneLine(text: string, max = 200): string {
  const line = sanitize(text).replace(/\s+/g, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}
