// What all Kubernetes objects of a stack have in common: labels, confinement, a fingerprint of their configuration.

export type Manifest = Readonly<Record<string, unknown>>;

export const MANAGED_BY = 'mdops-stack';
// The images' own unprivileged user; what is mounted belongs to this group.
const NOBODY = 65_534;

export const CONFINED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

export function podOf(name: string, fingerprint: string, spec: object): Manifest {
  return {
    metadata: {
      labels: { ...selectorOf(name), 'app.kubernetes.io/managed-by': MANAGED_BY },
      // A changed configuration rolls its pods: mounted files change without anybody being told.
      annotations: { 'mdops/config': fingerprint },
    },
    spec: {
      securityContext: {
        runAsNonRoot: true,
        runAsUser: NOBODY,
        runAsGroup: NOBODY,
        fsGroup: NOBODY,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      automountServiceAccountToken: false,
      ...spec,
    },
  };
}

export function selectorOf(part: string): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': part };
}

export function object(
  apiVersion: string,
  kind: string,
  name: string,
  part: string,
  { namespace, platform }: { readonly namespace: string; readonly platform: string },
  rest: object,
): Manifest {
  const labels = {
    ...selectorOf(part),
    'app.kubernetes.io/part-of': platform,
    'app.kubernetes.io/managed-by': MANAGED_BY,
  };
  return { apiVersion, kind, metadata: { name, namespace, labels }, ...rest };
}
