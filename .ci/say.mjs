// The set-up's words, on stderr: stdout belongs to the task.

export function say(line) {
  process.stderr.write(`mdops: ${line}\n`);
}

export function fail(exitCode, line) {
  say(line);
  process.exitCode = exitCode;
}
