// Node's own bindings below node:net and node:http, where Node gives them away: those modules bring the streams with
// them, an eighth of a bare start, and a short command needs one pipe and one exchange. Every user has node's public
// module as its fallback.

/** Null under Node's permission model, or in a version to come. */
export function nodeBinding(
  name: 'os' | 'pipe_wrap' | 'stream_wrap' | 'tcp_wrap',
): Readonly<Record<string, unknown>> | null {
  try {
    const { binding } = process as { binding?: (name: string) => Readonly<Record<string, unknown>> };
    return binding?.(name) ?? null;
  } catch {
    return null;
  }
}
